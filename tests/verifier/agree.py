#!/usr/bin/env python3
"""Runs verify_bundle.py over a directory of bundles with our verdicts beside them. Both have to agree on each: whether it
can be read, whether it holds, and which issue there is with which entries. There are no exceptions.

    agree.py DIR        DIR as the test `whatever_is_done_to_a_bundle_is_found_and_named` leaves it in LICENTIA_BUNDLES
"""
import json, subprocess, sys
from pathlib import Path


def joined(issues):
    """Code, first and last entry. We say of neighbours at once what the other verifier says one by one."""
    ranges = []
    for issue in sorted({(issue["code"], issue["seq_from"] or 0, issue["seq_to"] or 0) for issue in issues}):
        code, first, last = issue
        if ranges and ranges[-1][0] == code and first and ranges[-1][2] >= first - 1:
            code, first, before = ranges.pop()
            last = max(before, last)
        ranges.append((code, first, last))
    return set(ranges)


directory = Path(sys.argv[1])
trust = json.loads((directory / "trust.json").read_text())
verifier = Path(__file__).with_name("verify_bundle.py")
count, disagreements, codes = {0: 0, 1: 0, 3: 0}, 0, set()
for bundle in sorted(directory.glob("case-*.tar")):
    ours = json.loads(bundle.with_suffix(".json").read_text())
    command = [sys.executable, verifier, bundle, "--log", trust["fingerprint"], "--witness", trust["witness"]]
    run = subprocess.run(command, capture_output=True, text=True)
    theirs = json.loads(run.stdout) if run.stdout else {"verified": None, "issues": []}
    differ = joined(ours["issues"]) ^ joined(theirs["issues"])
    agreed = not differ and run.returncode == ours["status"] and theirs["verified"] == (run.returncode == 0)
    print(f"{'agreed' if agreed else 'DISAGREED':9}  {ours['status']}  {bundle.stem[5:]}")
    if not agreed:
        disagreements += 1
        print(sorted(differ), run.returncode, run.stderr)
    count[ours["status"]] += 1
    codes |= {issue["code"] for issue in ours["issues"]}
if disagreements or not all(count.values()):
    sys.exit(f"{disagreements} disagreements; by exit status: {count}")
print(f"both verifiers agree, issue by issue, on {count[0]} bundles that hold, {count[3]} that do not and {count[1]} that "
      f"are none; {len(codes)} codes")
