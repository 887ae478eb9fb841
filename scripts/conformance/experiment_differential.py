#!/usr/bin/env python3
"""Random experiments through the Statistics module and through scipy, statsmodels and spotify-confidence.

Usage: experiment_differential.py STATISTICS_PEER [EXPERIMENTS]     (1,000 experiments by default)

STATISTICS_PEER is the executable of Tests/StatisticsPeer. An experiment agrees where every figure is within 1e-9 of the
peer's, relative to the larger of the figure and the unit it is measured in (a standard error for bounds near zero).
"""
import gc
import json
import math
import random
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import spotify_confidence
import statsmodels.api as sm
from scipy import integrate, optimize, stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

SEED = 20261128
ALPHA = 0.05
TOLERANCE = 1e-9
# What a peer finds by searching or integrating is as good as its own tolerance.
PEER_TOLERANCE = {"best.treatment": 1e-7, "bayes.riskOfControl": 1e-7}


def sample(rng, size, scale):
    kind = rng.choice(["normal", "revenue", "counts"])
    if kind == "normal":
        return [round(rng.gauss(12, 4) * scale) for _ in range(size)]
    if kind == "revenue":
        return [round(rng.lognormvariate(2, 1) * scale) if rng.random() < 0.4 else 0 for _ in range(size)]
    return [rng.randint(0, 5) * scale for _ in range(size)]


def history(rng, values, scale):
    share = rng.choice([1, 0.8])
    return [round(0.5 * v + rng.gauss(3, 2) * scale) if rng.random() < share else None for v in values]


def experiment(rng):
    scale = rng.choice([1, 100, 1_000_000])
    control = sample(rng, rng.randint(8, 120), scale)
    treatment = sample(rng, rng.randint(8, 120), scale)
    conversions = []
    for _ in range(2):
        count = rng.choice([rng.randint(1, 40), rng.randint(100, 5000)])
        conversions.append([rng.randint(0, min(count, rng.choice([5, count]))), count])
    variants = rng.randint(2, 5)
    weights = [rng.choice([1, 1, 2, 5]) for _ in range(variants)]
    days = [[rng.randint(0, 60 * w) for w in weights] for _ in range(rng.randint(1, 10))]
    strata = rng.randint(1, 3)
    levels = [rng.randint(0, 3000) for _ in control]
    return {
        "events": [[level + rng.randint(0, 900) for _ in range(rng.randint(1, 6))] for level in levels],
        "controlStratum": [rng.randrange(strata) for _ in control],
        "treatmentStratum": [rng.randrange(strata) for _ in treatment],
        "control": control, "treatment": treatment, "scale": scale,
        "controlBefore": history(rng, control, scale), "treatmentBefore": history(rng, treatment, scale),
        "over": [rng.randint(1, 6) for _ in control], "conversions": conversions,
        "pairs": [rng.randint(0, 200), rng.randint(0, 60), rng.randint(0, 60), rng.randint(0, 200)],
        "split": [rng.randint(0, 900 * w) + 1 for w in weights], "weights": weights, "days": days,
        "pValues": [None if rng.random() < 0.2 else rng.random() ** 3 for _ in range(rng.randint(1, 12))],
        "margin": rng.uniform(0.1, 3), "effect": rng.uniform(0.02, 0.6), "controlShare": rng.uniform(0.1, 0.9),
        "power": rng.uniform(0.3, 0.95), "units": rng.randint(20, 20000), "percent": rng.choice([25, 50, 75, 90]),
    }  # fmt: skip


def means(e, expected, scales):
    a, b = (np.array(e[name]) / e["scale"] for name in ("control", "treatment"))
    if a.var() == 0 or b.var() == 0:
        return
    error = math.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
    test = stats.ttest_ind(b, a, equal_var=False)
    interval = test.confidence_interval(1 - ALPHA)
    expected["welch.value"] = b.mean() - a.mean()
    expected["welch.low"], expected["welch.high"] = interval
    expected["welch.p"], expected["welch.df"] = test.pvalue, test.df
    for name in ("welch.value", "welch.low", "welch.high"):
        scales[name] = error + abs(a.mean())
    compared = CompareMeans(DescrStatsW(b), DescrStatsW(a))
    expected["noninferiority.p"] = compared.ttest_ind("larger", "unequal", -e["margin"])[1]

    # The control's own interval covers zero: there is no lift.
    own = stats.t.interval(1 - ALPHA, len(a) - 1, a.mean(), a.std(ddof=1) / math.sqrt(len(a)))
    va, vb = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
    t = stats.t.ppf(1 - ALPHA / 2, test.df)
    if not own[0] <= 0 <= own[1] and a.mean() > 0 and t * t * va < a.mean() ** 2:
        # The ratios where the contrast is exactly t standard errors from zero, as roots of the quadratic.
        roots = np.roots([a.mean() ** 2 - t * t * va, -2 * a.mean() * b.mean(), b.mean() ** 2 - t * t * vb])
        expected["fieller.low"], expected["fieller.high"] = sorted(roots.real - 1)
        lift = b.mean() / a.mean() - 1
        deviation = math.sqrt(vb / a.mean() ** 2 + va * b.mean() ** 2 / a.mean() ** 4)
        posterior = stats.norm(lift, deviation)
        expected["bayes.chance"] = posterior.sf(0)
        expected["bayes.low"] = posterior.ppf(ALPHA / 2)
        high = max(0.0, lift) + 12 * deviation
        expected["bayes.riskOfControl"] = integrate.quad(
            lambda x: x * math.exp(-(((x - lift) / deviation) ** 2) / 2) / deviation / math.sqrt(2 * math.pi), 0, high, points=[min(max(lift, 0), high)], epsabs=0, epsrel=1e-11, limit=200
        )[0]  # fmt: skip
        for name in ("fieller.low", "fieller.high", "bayes.low", "bayes.riskOfControl"):
            scales[name] = 1 + deviation
    expected["best.treatment"] = stats.norm.cdf((b.mean() - a.mean()) / math.sqrt(va + vb))
    scales["best.treatment"] = 1


def proportions(e, expected, scales):
    (x, m), (y, n) = e["conversions"]
    expected["wilson.low"], expected["wilson.high"] = proportion_confint(x, m, ALPHA, "wilson")
    expected["newcombe.low"], expected["newcombe.high"] = confint_proportions_2indep(
        y, n, x, m, method="newcomb", compare="diff", alpha=ALPHA
    )
    for name in ("wilson.low", "wilson.high", "newcombe.low", "newcombe.high"):
        scales[name] = 1e-3
    expected["fisher.p"] = stats.fisher_exact([[x, m - x], [y, n - y]])[1]
    both, first, second, neither = e["pairs"]
    if first + second > 0:
        expected["mcnemar.p"] = mcnemar([[both, first], [second, neither]], exact=True).pvalue


def clusters(e, expected, scales):
    """The delta method's ratio is the mean of all events, with standard errors clustered by unit."""
    values = np.array(e["control"]) / e["scale"]
    over = np.array(e["over"])
    events = np.repeat(values / over, over)
    groups = np.repeat(np.arange(len(over)), over)
    fit = sm.OLS(events, np.ones(len(events))).fit(cov_type="cluster", cov_kwds={"groups": groups})
    expected["ratio.value"], expected["ratio.error"] = fit.params[0], fit.bse[0]
    scales["ratio.error"] = abs(fit.params[0]) * 1e-3


def cuped(e, expected, scales):
    """CUPED with a pooled slope is least squares on the variant, the covariate and whether it is missing."""
    y = np.array(e["control"] + e["treatment"]) / e["scale"]
    before = e["controlBefore"] + e["treatmentBefore"]
    missing = np.array([float(v is None) for v in before])
    covariate = np.array([0 if v is None else v for v in before]) / e["scale"]
    treated = np.array([0.0] * len(e["control"]) + [1.0] * len(e["treatment"]))
    columns = [np.ones(len(y)), treated, covariate] + ([missing] if missing.any() else [])
    if y.var() == 0:
        return
    fit = sm.OLS(y, np.column_stack(columns)).fit()
    expected["cuped.difference"], expected["cuped.theta"] = fit.params[1], fit.params[2]
    if missing.any():
        expected["cuped.missing"] = fit.params[3]
    for name in ("cuped.difference", "cuped.missing", "cuped.theta"):
        scales[name] = abs(y).mean() + y.std() + 1


def assignment(e, expected, scales):
    weights = np.array(e["weights"], float) / sum(e["weights"])
    expected["srm.p"] = stats.chisquare(e["split"], weights * sum(e["split"])).pvalue
    # Lindon and Malek's Bayes factor is a Dirichlet-multinomial probability over a multinomial one.
    smallest, totals = 1.0, np.zeros(len(weights), int)
    for day in e["days"]:
        totals = totals + day
        n = int(totals.sum())
        log_factor = stats.dirichlet_multinomial.logpmf(totals, 1000 * weights, n) - stats.multinomial.logpmf(totals, n, weights)
        smallest = min(smallest, math.exp(-log_factor))
    if totals.sum() > 0:
        expected["sequentialSRM.p"] = smallest


def corrections(e, expected, scales):
    present = [index for index, p in enumerate(e["pValues"]) if p is not None]
    if not present:
        return
    for name, method in (("bonferroni", "bonferroni"), ("holm", "holm"), ("benjamini_hochberg", "fdr_bh")):
        adjusted = multipletests([e["pValues"][index] for index in present], ALPHA, method)[1]
        expected.update({f"{name}.{index}": p for index, p in zip(present, adjusted)})


def planning(e, expected, scales):
    """statsmodels counts the first sample, and the second as a ratio of it."""
    share = e["controlShare"]
    model, ratio = NormalIndPower(), (1 - share) / share
    expected["power.power"] = model.power(e["effect"], e["units"] * share, ALPHA, ratio)
    guess = model.solve_power(e["effect"], None, ALPHA, e["power"], ratio) / share
    # The whole numbers around statsmodels' root, which is good to some seven digits.
    around = range(max(1, math.floor(guess * (1 - 1e-6)) - 1), math.ceil(guess * (1 + 1e-6)) + 2)
    expected["power.units"] = next(n for n in around if model.power(e["effect"], n * share, ALPHA, ratio) >= e["power"])
    # Its search for an effect stops some five digits in; this one goes on with statsmodels' power.
    guess = model.solve_power(None, e["units"] * share, ALPHA, e["power"], ratio)
    expected["power.effect"] = optimize.brentq(
        lambda effect: model.power(effect, e["units"] * share, ALPHA, ratio) - e["power"],
        guess * 0.999, guess * 1.001, xtol=1e-14, rtol=1e-13,
    )  # fmt: skip


def quantile(e, expected, scales):
    values = np.array(e["control"]) / e["scale"]
    interval = stats.quantile_test(values, q=0, p=e["percent"] / 100).confidence_interval(1 - ALPHA)
    if all(map(math.isfinite, interval)):
        expected["quantile.low"], expected["quantile.high"] = interval


def stratified_cuped(e, expected, scales):
    """CUPED together with post-stratification: an intercept for each variant and stratum, strata weighted by their size."""
    y = np.array(e["control"] + e["treatment"]) / e["scale"]
    before = e["controlBefore"] + e["treatmentBefore"]
    missing = np.array([float(v is None) for v in before])
    covariate = np.array([0 if v is None else v for v in before]) / e["scale"]
    treated = np.array([0] * len(e["control"]) + [1] * len(e["treatment"]))
    strata = np.array(e["controlStratum"] + e["treatmentStratum"])
    names = sorted(set(strata.tolist()))
    cells = [[(strata == name) & (treated == side) for side in (0, 1)] for name in names]
    if len(names) == 1 or y.var() == 0 or any(cell.sum() < 2 for pair in cells for cell in pair):
        return
    columns = [cell.astype(float) for pair in cells for cell in pair] + [covariate]
    if any(missing[cell].var() > 0 for pair in cells for cell in pair):
        columns.append(missing)
    fit = sm.OLS(y, np.column_stack(columns)).fit()
    weights = [(strata == name).mean() for name in names]
    difference = sum(w * (fit.params[2 * i + 1] - fit.params[2 * i]) for i, w in enumerate(weights))
    expected["stratifiedCuped.theta"], expected["stratifiedCuped.difference"] = fit.params[2 * len(names)], difference
    for name in ("stratifiedCuped.theta", "stratifiedCuped.difference"):
        scales[name] = abs(y).mean() + y.std() + 1


def event_quantile(e, expected, scales):
    """Over events: the share at or below the quantile with standard errors clustered by unit gives the interval's ranks."""
    share = e["percent"] / 100
    values = np.concatenate([np.array(unit) for unit in e["events"]])
    groups = np.repeat(np.arange(len(e["events"])), [len(unit) for unit in e["events"]])
    value = np.quantile(values, share, method="inverted_cdf")
    fit = sm.OLS((values <= value).astype(float), np.ones(len(values))).fit(cov_type="cluster", cov_kwds={"groups": groups})
    deviation = stats.norm.ppf(1 - ALPHA / 2) * fit.bse[0]
    low, high = math.floor(len(values) * (share - deviation)), math.ceil(len(values) * (share + deviation))
    if low >= 1 and high <= len(values):
        ordered = np.sort(values)
        expected["eventQuantile.value"] = value
        expected["eventQuantile.low"], expected["eventQuantile.high"] = ordered[low - 1], ordered[high - 1]


PEERS = [
    means, proportions, clusters, cuped, stratified_cuped, assignment, corrections, planning, quantile, event_quantile,
]  # fmt: skip


def spotify(e):
    """The lift of a proportion by spotify-confidence, which is built for sums: value and interval of the difference."""
    frame = pd.DataFrame(
        [
            {"group": name, "sum": sum(values) / e["scale"], "squares": sum(v * v for v in values) / e["scale"] ** 2, "n": len(values)}
            for name, values in (("control", e["control"]), ("treatment", e["treatment"]))
        ]
    )
    test = spotify_confidence.StudentsTTest(
        frame, numerator_column="sum", numerator_sum_squares_column="squares", denominator_column="n",
        categorical_group_columns="group", interval_size=1 - ALPHA,
    )  # fmt: skip
    return test.difference(level_1="control", level_2="treatment", absolute=True).iloc[0]


def close(name, ours, theirs, scale):
    tolerance = PEER_TOLERANCE.get(name, TOLERANCE)
    return abs(ours - theirs) <= tolerance * max(abs(ours), abs(theirs), scale) + 1e-300


def main():
    peer = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    rng = random.Random(SEED)
    experiments = [experiment(rng) for _ in range(count)]
    lines = "".join(json.dumps(e) + "\n" for e in experiments)
    answers = subprocess.run([peer], input=lines, capture_output=True, text=True, check=True).stdout.splitlines()
    warnings.simplefilter("ignore")
    # statsmodels' multipletests collects garbage at each call; what is imported need not be looked at again.
    gc.freeze()
    agreed, figures, shown, per_name = 0, 0, 0, {}
    for index, (e, answer) in enumerate(zip(experiments, answers, strict=True)):
        ours = json.loads(answer)
        expected, scales = {}, {}
        for compute in PEERS:
            compute(e, expected, scales)
        wrong = []
        for name, value in expected.items():
            group = name.split(".")[0]
            total, failed = per_name.get(group, (0, 0))
            figures += 1
            ok = name in ours and close(name, ours[name], float(value), scales.get(name, 0))
            per_name[group] = (total + 1, failed + (not ok))
            if not ok:
                wrong.append(f"{name}: nightmarket {ours.get(name)}, peer {value}")
        for name in ours.keys() - expected.keys():
            wrong.append(f"{name}: nightmarket {ours[name]}, peer none")
        agreed += not wrong
        if wrong and shown < 10:
            shown += 1
            print(f"experiment {index}: " + "; ".join(wrong))
    print(f"random experiments against scipy and statsmodels: {agreed} of {count} agreed in all of {figures} figures")
    for group, (total, failed) in sorted(per_name.items()):
        print(f"  {group}: {total - failed} of {total} figures agreed")

    compared = same = 0
    for e, answer in list(zip(experiments, answers))[:200]:
        ours = json.loads(answer)
        if "welch.value" not in ours:
            continue
        theirs = spotify(e)
        scale = abs(ours["welch.high"] - ours["welch.low"])
        compared += 1
        pairs = (("welch.value", "difference"), ("welch.low", "ci_lower"), ("welch.high", "ci_upper"), ("welch.p", "p-value"))
        same += all(close(mine, ours[mine], theirs[name], scale) for mine, name in pairs)
    print(f"random experiments against spotify-confidence: {same} of {compared} agreed")
    return 0 if agreed == count and same == compared and count >= 1000 else 1


if __name__ == "__main__":
    sys.exit(main())
