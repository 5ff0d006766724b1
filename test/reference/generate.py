"""Checks the reference vectors against scipy and the numpy reference, and writes tails.json.

    python3 test/reference/generate.py            recompute every case, then write tails.json
    python3 test/reference/generate.py --check    recompute and compare only

Needs numpy and scipy (made with the versions named in tails.json). No value comes from the TypeScript.
Cases that once came from statsmodels or arch are recomputed here from the published formulas.
"""
import json
import pathlib
import sys

import numpy as np
import scipy
from scipy import special, stats

import reference as R

HERE = pathlib.Path(__file__).parent


def politis_white(x):
    """Patton, Politis and White (2009): (stationary, circular) block lengths."""
    x = np.asarray(x, float)
    n = len(x)
    e = x - x.mean()
    run = max(5, int(np.log10(n)))
    m_max = int(np.ceil(np.sqrt(n))) + run
    limit = 2 * np.sqrt(np.log10(n) / n)
    acv = np.zeros(m_max + 1)
    acr = np.zeros(m_max + 1)
    m = None
    for i in range(m_max + 1):
        cross = e[i:] @ e[: n - i]
        acv[i] = cross / n
        acr[i] = abs(cross) / np.sqrt((e[i + 1 :] @ e[i + 1 :]) * (e[: -(i + 1)] @ e[: -(i + 1)]))
        if i >= run and m is None and np.all(acr[i - run : i] < limit):
            m = i - run
    m = min(2 * max(m, 1), m_max) if m is not None else m_max
    k = np.arange(1, m + 1)
    lam = np.where(k / m <= 0.5, 1.0, 2 * (1 - k / m))
    g = 2 * np.sum(lam * k * acv[1 : m + 1])
    lr = acv[0] + 2 * np.sum(lam * acv[1 : m + 1])
    cap = np.ceil(min(3 * np.sqrt(n), n / 3))
    return tuple(min(cap, (2 * g * g / d * n) ** (1 / 3)) for d in (2 * lr**2, 4 / 3 * lr**2))


def recompute(case, data):
    f, i, e = case["function"], case["inputs"], case["expected"]
    d = data.get(i["dataset"]) if "dataset" in i else None
    h = np.array(d["challenger"], float) if d else None
    c = np.array(d["champion"], float) if d else None
    cut = i.get("champion_first")
    if f == "welch_t_one_sided":
        if case["id"].startswith("welch_uneq"):
            c = c[: int(case["source"].split("first ")[1].split()[0])]
        r = stats.ttest_ind(h, c, equal_var=False, alternative="greater")
        return dict(t=r.statistic, df=r.df, p=r.pvalue)
    if f == "paired_t_one_sided":
        r = stats.ttest_rel(h, c, alternative="greater")
        return dict(t=r.statistic, df=r.df, p=r.pvalue)
    if f == "two_proportion_z":
        z, p = R.two_prop_z(i["k_challenger"], i["n_challenger"], i["k_champion"], i["n_champion"])
        return dict(z=z, p=p)
    if f == "mcnemar_exact":
        b, k = int(np.sum((h > 0) & (c <= 0))), int(np.sum((c > 0) & (h <= 0)))
        two = stats.binomtest(min(b, k), b + k, 0.5).pvalue if b + k else 1.0
        return dict(b=b, c=k, p_one_sided=R.mcnemar_exact(b, k), p_two_sided=two)
    if f == "sharpe":
        return dict(champion=R.sharpe(c), challenger=R.sharpe(h), champion_ddof1=c.mean() / c.std(ddof=1),
                    se_champion=R.sharpe_se_iid(c), se_challenger=R.sharpe_se_iid(h))
    if f == "sharpe_diff_jobson_korkie_memmel":
        z, se = R.jk_memmel(h, c)
        return dict(z=z, se=se)
    if f == "sharpe_diff_unpaired_hac":
        return R.z_sharpe_unpaired(h, c[:cut])
    if f == "sharpe_diff_unpaired":
        z, se = R.sharpe_unpaired(h, c)
        return dict(z=z, se=se)
    if f == "sharpe_diff_paired_hac":
        return R.z_sharpe_paired(h, c)
    if f == "newey_west_lrv":
        used, plain, raw = R.lrv(h - c)
        return dict(lags=R.hac_lags(len(h)), lrv_raw=raw, var_pop=plain, lrv_used=used)
    if f == "z_mean_paired":
        return R.z_mean_paired(h - c)
    if f == "z_mean_unpaired":
        return R.z_mean_unpaired(h, c)
    if f == "sortino":
        return dict(sortino=R.sortino(h), legacy=h.mean() / h[h < 0].std())
    if f == "max_drawdown":
        return dict(champion=R.mdd(c), challenger=R.mdd(h))
    if f == "bootstrap_ci_mean_paired_diff":
        out = {}
        for name, method in (("percentile", "percentile"), ("bca", "BCa")):
            r = stats.bootstrap((h - c,), np.mean, n_resamples=20000, method=method, rng=np.random.default_rng(7), batch=1000)
            out[name] = [r.confidence_interval.low, r.confidence_interval.high]
        return out
    if f == "rolling_wr_std":
        return dict(champion=R.rolling_wr_std(c > 0), challenger=R.rolling_wr_std(h > 0))
    if f == "politis_white_block_length":
        s, k = politis_white(h - c if i["series"] == "diff" else c)
        return dict(stationary=s, circular=k)
    if f == "block_bootstrap_mdd":
        m = R.cbb_mdd(c, i["path"], i["block"], 20000, np.random.default_rng(11))
        q = np.quantile(m, 0.95)
        return dict(mean=m.mean(), q95=q, rollback_threshold=1.5 * q)
    if f == "decide" and "a" in i:
        n = len(h)
        b = R.boundary(i["a"], n, i["m"])
        zm, zs = R.z_mean_paired(h - c)["z"], R.z_sharpe_paired(h, c)["z"]
        st = bool(max(zm, zs) >= b)
        g = dict(sharpe=bool(R.sharpe(h) >= R.sharpe(c)), n=n >= 500, mdd=bool(R.mdd(h) <= 1.2 * R.mdd(c)), wr=bool((h > 0).mean() >= 0.5))
        sc = R.score(st, R.sharpe(c), R.sharpe(h), (c > 0).mean(), (h > 0).mean(), R.mdd(c), R.mdd(h), R.rolling_wr_std(h > 0), n)
        return dict(n=n, boundary=b, z_mean=zm, z_sharpe=zs, statistical=st, gates=g, score=sc, auto_promote=bool(st and all(g.values()) and sc >= 70))
    if f == "decide":
        return R.decide(h, c, i["k"], i["m"], coverage=i["coverage"])
    if f == "three_scale":
        if i.get("paired", True):
            return R.three_scale(h, c, i["k"], i["m"], i["first"])
        return R.three_scale(h, c[:cut], i["k"], i["m"], paired=False)
    if f == "block_lrv":
        v, b = R.block_lrv(h - c, i["size"])
        return dict(lrv=v, blocks=b, means=R.block_means(h - c, i["size"]).tolist())
    if f == "effective_sample_size":
        return dict(ess=R.effective_sample_size(h - c, i["m"]))
    if f == "stability":
        return R.stability(h - c, i["m"])
    if f == "t_to_z":
        return dict(z=[R.t_to_z(t, k) for t, k in zip(i["t"], i["df"])])
    if f == "block_length":
        return dict(m=[R.block_length(o, i["strict"]) for o in i["overlap"]])
    if f == "sequential_boundary":
        return dict(b=[R.boundary(i["a"], n) for n in i["n"]])
    if f == "settled_prefix":
        return dict(rows=R.settled_prefix(i["signals"]))
    if f == "coverage_gate":
        return R.coverage_gate(i["both"], i["missing"], i["present"], i["missing_pnl"])
    if f == "serial_factor":
        return dict(r=R.lag1(i["wins"]), factor=R.serial_factor(i["wins"]))
    if f == "post_promotion_guard":
        s = i.get("serial", 1.0)
        out = dict(deficit_threshold=R.guard_deficit(i["baseline_wr"], i["baseline_n"], serial=s),
                   rollback_at=R.guard(i["wins"], i["baseline_wr"], i["baseline_n"], serial=s))
        if "rollback_at_without" in e:
            out["rollback_at_without"] = R.guard(i["wins"], i["baseline_wr"], i["baseline_n"])
        return out
    if f == "mdd_threshold":
        return dict(threshold=R.mdd_threshold(i["q95"], i["reference_now"], i["reference_baseline"]))
    if f == "cusum_pnl_vol":
        return dict(S=R.cusum_pnl_vol(i["pnl"], i["mu"], i["sd"], i["k"], i["clip"], i["lam"]))
    if f == "cusum_win":
        return dict(S=R.cusum_win(i["wins"], i["p0"], i["k"]))
    if f == "cusum_pnl":
        return dict(S=R.cusum_pnl(i["pnl"], i["mu"], i["sd"], i["k"], i["clip"]))
    if f == "ewma_win":
        return dict(E=R.ewma_win(i["wins"], i["p0"], i["lam"]), limit=-i["L"] * np.sqrt(i["lam"] / (2 - i["lam"])))
    if f == "siegmund_h":
        return dict(h=R.siegmund_h(i["k"], i["arl0"]))
    if f == "a_continuous":
        return dict(a=R.a_cont(i["alpha"]))
    if f == "nominal_level_at_look":
        return dict(level=stats.norm.sf(R.boundary(i["a"], i["n"])))
    if f == "nig_posterior":
        p = i["prior"]
        post = [R.nig(x, p["m0"], p["k0"], p["a0"], p["b0"]) for x in i["arms"]]
        q = R.p_best(post)
        return dict(posteriors=post, marginal_scale=[float(np.sqrt(b["b"] / (b["a"] * b["k"]))) for b in post], p_best=q,
                    alloc_eps_0_05=[1 - 0.05 * sum(q[1:])] + [0.05 * x for x in q[1:]])
    raise ValueError(f"no recomputation for {f}")


def differences(got, want, tol, path=""):
    if isinstance(want, dict):
        for k in want:
            if k not in got:
                yield f"{path}.{k}: not recomputed"
            else:
                yield from differences(got[k], want[k], tol, f"{path}.{k}")
    elif isinstance(want, list):
        if len(got) != len(want):
            yield f"{path}: length {len(got)} instead of {len(want)}"
        for k, (a, b) in enumerate(zip(got, want)):
            yield from differences(a, b, tol, f"{path}[{k}]")
    elif want is None or isinstance(want, (bool, str)):
        if got != want:
            yield f"{path}: {got} instead of {want}"
    elif not abs(float(got) - want) <= tol * max(1.0, 1e-4 * abs(want)):
        yield f"{path}: {got} instead of {want}"


def check():
    bad = total = 0
    for name in ("vectors.json", "vectors-blocks.json"):
        vectors = json.loads((HERE / name).read_text())
        for case in vectors["cases"]:
            total += 1
            for line in differences(recompute(case, vectors["datasets"]), case["expected"], case["abs_tol"], case["id"]):
                bad += 1
                print(line)
    print(f"{total} cases recomputed, {bad} differences")
    return bad


def tails():
    z = [-37.0, -20.0, -9.0, -6.0, -4.5, -4.01, -3.99, -3.0, -1.0, -0.5, -0.1, 0.0, 0.1, 0.47, 0.6, 1.0, 1.96, 3.05, 3.99, 4.01, 5.0, 5.7, 8.0, 12.0, 20.0, 30.0, 37.0]
    p = [1e-300, 1e-150, 1e-50, 1e-16, 1e-10, 9.9e-7, 1.01e-6, 1e-3, 0.00114, 0.025, 0.05, 0.074, 0.076, 0.3, 0.5, 0.7, 0.924, 0.926, 0.975, 0.9999, 0.999999]
    t = [(x, d) for d in (1, 2, 3, 4, 9, 9.73, 49, 99.5, 522, 1043.6, 9999, 100000) for x in (-4.0, -0.3, 0.0, 0.05, 0.5, 1.0, 1.7, 3.05, 6.0, 12.0, 40.0)]
    q = [(x, d) for d in (1, 2, 3, 4, 9, 49.5, 522, 9999) for x in (1e-12, 1e-8, 1e-4, 0.00114, 0.025, 0.2, 0.5, 0.8, 0.999)]
    b = [(k, n, s) for n, ks in ((1, (0, 1)), (4, (2, 4)), (12, (0, 6, 10, 12, 13)), (132, (65, 80, 120)), (1000, (500, 600, 700)), (5000, (2500, 2700, 3200)), (40000, (20000, 20500, 22000)))
         for k in ks for s in (0.5, 0.3)]
    out = dict(
        made_with=dict(numpy=np.__version__, scipy=scipy.__version__, by="test/reference/generate.py"),
        normal_sf=[dict(z=x, sf=float(stats.norm.sf(x)), cdf=float(stats.norm.cdf(x))) for x in z],
        normal_ppf=[dict(p=x, z=float(special.ndtri(x))) for x in p],
        student_sf=[dict(t=x, df=d, sf=float(stats.t.sf(x, d))) for x, d in t],
        student_isf=[dict(q=x, df=d, t=float(stats.t.isf(x, d))) for x, d in q],
        binomial=[dict(k=k, n=n, p=s, at_least=float(stats.binom.sf(k - 1, n, s))) for k, n, s in b],
        gamma_isf=[dict(q=x, shape=a, x=float(special.gammainccinv(a, x))) for a in (0.3, 1.0, 1.7057, 7.5) for x in (1e-12, 1e-6, 0.001, 0.1, 0.5, 0.9)],
        student_pdf=[dict(t=x, df=d, density=float(stats.t.pdf(x, d))) for d in (1, 2.5, 4, 10, 50.5, 204, 1004, 10004) for x in (0.0, 0.3, -2.0, 6.0, 20.0)],
    )
    (HERE / "tails.json").write_text(json.dumps(out, indent=1) + "\n")
    print("tails.json written")


if __name__ == "__main__":
    failed = check()
    if "--check" not in sys.argv and failed == 0:
        tails()
    sys.exit(1 if failed else 0)
