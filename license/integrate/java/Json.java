import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON, read strictly: Java's standard library has no reader for it. An object is a Map, none of whose members occurs twice, an
 * array a List, a whole number that fits a Long, any other number a Double; the rest are String, Boolean, null.
 */
final class Json {
    private static final int DEEPEST = 127;
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    static Object parse(String text) {
        Json json = new Json(text);
        Object value = json.value(0);
        json.space();
        if (json.at != text.length()) throw json.wrong();
        return value;
    }

    private Object value(int depth) {
        space();
        if (at == text.length() || depth > DEEPEST) throw wrong();
        return switch (text.charAt(at)) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Map<String, Object> object(int depth) {
        Map<String, Object> members = new LinkedHashMap<>();
        at++;
        space();
        if (took('}')) return members;
        do {
            space();
            String name = string();
            space();
            if (!took(':') || members.containsKey(name)) throw wrong();
            members.put(name, value(depth + 1));
            space();
        } while (took(','));
        if (!took('}')) throw wrong();
        return members;
    }

    private List<Object> array(int depth) {
        List<Object> items = new ArrayList<>();
        at++;
        space();
        if (took(']')) return items;
        do {
            items.add(value(depth + 1));
            space();
        } while (took(','));
        if (!took(']')) throw wrong();
        return items;
    }

    private String string() {
        if (!took('"')) throw wrong();
        StringBuilder read = new StringBuilder();
        while (at < text.length()) {
            char next = text.charAt(at++);
            if (next == '"') return read.toString();
            if (next < ' ') throw wrong();
            read.append(next == '\\' ? escaped() : next);
        }
        throw wrong();
    }

    private char escaped() {
        if (at == text.length()) throw wrong();
        char next = text.charAt(at++);
        int known = "\"\\/bfnrt".indexOf(next);
        if (known >= 0) return "\"\\/\b\f\n\r\t".charAt(known);
        if (next != 'u' || at + 4 > text.length() || !text.substring(at, at + 4).matches("[0-9A-Fa-f]{4}")) throw wrong();
        at += 4;
        return (char) Integer.parseInt(text.substring(at - 4, at), 16);
    }

    private Object number() {
        int from = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) at++;
        String digits = text.substring(from, at);
        if (!digits.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) throw wrong();
        try {
            return Long.valueOf(digits);
        } catch (NumberFormatException notWhole) {
            return Double.valueOf(digits);
        }
    }

    private Object word(String word, Object value) {
        if (!text.startsWith(word, at)) throw wrong();
        at += word.length();
        return value;
    }

    private boolean took(char wanted) {
        boolean there = at < text.length() && text.charAt(at) == wanted;
        if (there) at++;
        return there;
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) at++;
    }

    private IllegalArgumentException wrong() {
        return new IllegalArgumentException("not JSON at " + at);
    }
}
