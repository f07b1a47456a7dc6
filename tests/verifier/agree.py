#!/usr/bin/env python3
"""Runs verify_bundle.py over a directory of bundles with our verdicts beside them; both have to agree on each.

    agree.py DIR        DIR as the test `whatever_is_done_to_a_bundle_is_found_and_named` leaves it in LICENTIA_BUNDLES
"""
import json, subprocess, sys
from pathlib import Path

directory = Path(sys.argv[1])
trust = json.loads((directory / "trust.json").read_text())
verifier = Path(__file__).with_name("verify_bundle.py")
disagreements = verified = refused = 0
for bundle in sorted(directory.glob("case-*.tar")):
    ours = json.loads(bundle.with_suffix(".json").read_text())
    run = subprocess.run(
        [sys.executable, verifier, bundle, "--log", trust["fingerprint"], "--witness", trust["witness"]],
        capture_output=True, text=True)
    theirs = json.loads(run.stdout) if run.returncode in (0, 1, 3) and run.stdout else {"verified": None, "issues": []}
    agreed = theirs["verified"] == ours["verified"] == (run.returncode == 0)
    codes = {code.partition("@")[0] for code in ours["codes"]} ^ {issue["code"] for issue in theirs["issues"]} - {"tables_absent"}
    print(f"{'agreed' if agreed else 'DISAGREED':9}  {'verified' if ours['verified'] else 'refused':8}  {bundle.stem[5:]}"
          + (f"  (codes differ: {', '.join(sorted(codes))})" if codes - {"malformed"} else ""))
    if not agreed:
        disagreements += 1
        print(run.stdout, run.stderr)
    verified, refused = verified + ours["verified"], refused + (not ours["verified"])
if disagreements or not verified or not refused:
    sys.exit(f"{disagreements} disagreements; {verified} verified, {refused} refused")
print(f"both verifiers agree on {verified} bundles that hold and {refused} that do not")
