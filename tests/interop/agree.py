#!/usr/bin/env python3
"""Runs every verifier on every case, ours first. Each has to say the word of the table, and the same claims where it holds.

    agree.py DIR NAME=COMMAND…        DIR with cases-*.json; the licentia of the PATH is always among the verifiers
"""
import json, shlex, subprocess, sys
from pathlib import Path

directory = Path(sys.argv[1])
table = [case for file in sorted(directory.glob("cases-*.json")) for case in json.loads(file.read_text())]


def output(command):
    run = subprocess.run(command, capture_output=True, text=True, cwd=directory)
    return run.returncode, run.stdout, run.stderr


def ours(case):
    """Word, claims, what was not checked, exit status."""
    command = ["licentia", "license", "verify", case["license"], "--keys", case["keys"], "--audience", case["audience"],
               "--format", "json"] + ["--status-list", case["list"]] * bool(case["list"])
    status, said, complaint = output(command)
    try:
        said = json.loads(said)
    except ValueError:
        return complaint, None, [], status
    claims = said["claims"] if said["valid"] else None
    return said["code"] or "valid", claims, said.get("unchecked", []), status


def theirs(program):
    def run(case):
        status, said, complaint = output(
            [*program, case["license"], case["keys"], case["audience"], *[case["list"]] * bool(case["list"])])
        word, *rest = said.splitlines() or [complaint]
        claims = json.loads(rest[0]) if word == "valid" else None
        unchecked = rest[1].removeprefix("unchecked: ").split(" ") if len(rest) > 1 and word == "valid" else []
        return word, claims, unchecked, status
    return run


def comparable(claims):
    """Our program shows an audience as an array, however it was written, and only the claims that it knows."""
    if claims is None:
        return None
    known = ("iss", "sub", "aud", "iat", "nbf", "exp", "jti", "features", "limits", "payload", "identity", "replaces", "status")
    shown = {name: claims[name] for name in known if name in claims}
    return {**shown, "aud": [shown["aud"]] if isinstance(shown["aud"], str) else shown["aud"]}


disagreements, said_by_us = 0, {}
for name, run in [("licentia", ours)] + [(name, theirs(shlex.split(command))) for name, _, command in
                                         (argument.partition("=") for argument in sys.argv[2:])]:
    count = {"valid": 0, "refused": 0}
    for at, case in enumerate(table):
        if case["only_ours"] and run is not ours:
            continue
        word, claims, unchecked, status = run(case)
        claims = comparable(claims)
        if run is ours:
            said_by_us[at] = claims
        expected = (case["expect"], said_by_us[at], case["unchecked"], 0 if case["expect"] == "valid" else 3)
        if (word, claims, unchecked, status) == expected:
            count["valid" if word == "valid" else "refused"] += 1
        else:
            disagreements += 1
            print(f"DISAGREED  {name}: {case['name']}: {expected} was expected, not {(word, claims, unchecked, status)}")
    print(f"{name:42} accepts {count['valid']} and refuses {count['refused']}, each for the right reason", flush=True)
if disagreements:
    sys.exit(f"{disagreements} disagreements")
words = {case["expect"] for case in table}
print(f"all agree on {len(table)} cases with {len(words)} words")
