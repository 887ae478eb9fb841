#!/usr/bin/env python3
"""Reads Prometheus files with Prometheus's own client.

    read_prometheus.py FILE...

Each file must parse, tell of a run that is done, and of live records. Each finding is a line; the exit status is 1
where there is one.
"""

import sys
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families


def main() -> int:
    status = 0
    for file in sys.argv[1:]:
        families = list(text_string_to_metric_families(Path(file).read_text(encoding="utf-8")))
        samples = [sample for family in families for sample in family.samples]
        live = sum(
            sample.value
            for sample in samples
            if sample.name == "nightmarket_source_records" and sample.labels["state"] == "live"
        )
        exits = [sample.value for sample in samples if sample.name == "nightmarket_last_run_exit_status"]
        findings = []
        if exits != [0]:
            findings.append(f"the exit status is {exits}, not 0")
        if live <= 0:
            findings.append("no live records")
        findings += [f"{family.name}: no help" for family in families if not family.documentation]
        for finding in findings:
            print(f"{file}: {finding}")
            status = 1
        print(f"{file}: {len(families)} metrics, {len(samples)} samples, {len(findings)} findings")
    return status


if __name__ == "__main__":
    sys.exit(main())
