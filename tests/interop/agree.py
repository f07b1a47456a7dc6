#!/usr/bin/env python3
"""Runs every verifier on every case, ours first. Each has to say the word of the table, and the same claims where it holds.

    agree.py DIR NAME=COMMAND…        DIR with cases-*.json; the licentia of the PATH is always among the verifiers
"""
import json, os, shlex, subprocess, sys
from concurrent.futures import ThreadPoolExecutor
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


def answers(run):
    """What a verifier says of the cases that it is asked, and of the others None."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda case: None if case["only_ours"] and run is not ours else run(case), table))


verifiers = [("licentia", ours)]
for name, _, command in (argument.partition("=") for argument in sys.argv[2:]):
    verifiers.append((name, theirs(shlex.split(command))))
disagreements, said_by_us = 0, [comparable(claims) for _, claims, _, _ in answers(ours)]
for name, run in verifiers:
    count, wrong = {True: 0, False: 0}, 0
    for case, claims_of_ours, answer in zip(table, said_by_us, answers(run)):
        if answer is None:
            continue
        word, claims, unchecked, status = answer
        # Only our own library, in the program and in Rust, can look at bindings; nobody has evidence for them here.
        right = case["able"] if case["able"] and (run is ours or name.startswith("Rust")) else case["expect"]
        expected = (right, claims_of_ours, case["unchecked"], 0 if right == "valid" else 3)
        if (word, comparable(claims), unchecked, status) == expected:
            count[word == "valid"] += 1
        else:
            wrong += 1
            if wrong <= 20:
                print(f"DISAGREED  {name}: {case['name']}: {expected} was expected, not {answer}"[:1000])
    disagreements += wrong
    judgement = f"is wrong about {wrong} others" if wrong else "each for the right reason"
    print(f"{name:34} accepts {count[True]} and refuses {count[False]}, {judgement}", flush=True)
words = {case["expect"] for case in table}
if disagreements or len(table) < 150 or len(words) < 25:
    sys.exit(f"{disagreements} disagreements on {len(table)} cases with {len(words)} words")
print(f"all agree on {len(table)} cases with {len(words)} words, and on the claims of those that hold")
