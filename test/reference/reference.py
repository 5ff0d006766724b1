"""Reference implementations (numpy/scipy) of the rules in shared/stats. Written apart from the TypeScript, to check it."""
import numpy as np
from scipy import stats, optimize, integrate
def hac_lags(n): return int(np.floor(4*(n/100.0)**(2/9)))
def lrv(x):
    """Newey-West (Bartlett) long-run variance of x, population scaling, never below the plain variance."""
    x=np.asarray(x,float)-np.mean(x); n=len(x); g0=np.dot(x,x)/n; v=g0
    for k in range(1,min(hac_lags(n),n-1)+1): v+=2*(1-k/(hac_lags(n)+1))*np.dot(x[k:],x[:-k])/n
    return max(v,g0),g0,v
def hall(z,s):
    """Hall (1992) skewness transform; s = skewness of the estimator of the mean (paired: skew(d)/sqrt(n))"""
    return z+s*z*z/3+s*s*z**3/27+s/6
def z_mean_paired(d):
    d=np.asarray(d,float); n=len(d); v,g0,_=lrv(d)
    if not g0>0: return dict(z_raw=0.0,z=0.0,skew=0.0)
    z=d.mean()/np.sqrt(v/(n-1)); sk=np.mean((d-d.mean())**3)/g0**1.5
    zh=hall(z,sk/np.sqrt(n)); return dict(z_raw=z,skew=sk,z_hall=zh,z=min(z,zh))
def z_mean_unpaired(h,c):
    h,c=np.asarray(h,float),np.asarray(c,float); nh,nc=len(h),len(c); vh,gh,_=lrv(h); vc,gc,_=lrv(c)
    se2=vh/(nh-1)+vc/(nc-1)
    if not se2>0: return dict(z_raw=0.0,z=0.0)
    z=(h.mean()-c.mean())/np.sqrt(se2); k3=np.mean((h-h.mean())**3)/nh**2-np.mean((c-c.mean())**3)/nc**2
    s=k3/(gh/nh+gc/nc)**1.5; zh=hall(z,s); return dict(z_raw=z,s=s,z_hall=zh,z=min(z,zh))
def sharpe(x): 
    s=np.std(x); return np.mean(x)/s if s>0 else 0.0
def psi(x):
    m,s=np.mean(x),np.std(x); z=(np.asarray(x)-m)/s; return z-.5*(m/s)*(z*z-1)
def z_sharpe_paired(h,c):
    n=len(h)
    def one(h,c): 
        v,g0,_=lrv(psi(h)-psi(c)); return (sharpe(h)-sharpe(c))/np.sqrt(v/(n-1)), np.sqrt(v/(n-1))
    h,c=np.asarray(h,float),np.asarray(c,float); zr,se=one(h,c)
    p=np.concatenate([h,c]); m,s=p.mean(),p.std(); zw,sew=one(np.clip(h,m-5*s,m+5*s),np.clip(c,m-5*s,m+5*s))
    return dict(diff=sharpe(h)-sharpe(c),se=se,z_raw=zr,z_winsor=zw,z=min(zr,zw))
def sharpe_se_iid(x):
    """Mertens/Lo: sqrt((1 - g3*SR + (g4-1)/4*SR^2)/n), population moments, g4 = raw kurtosis"""
    sr=sharpe(x); g3=stats.skew(x); g4=stats.kurtosis(x,fisher=False); return np.sqrt((1-g3*sr+(g4-1)/4*sr*sr)/len(x))
def jk_memmel(h,c):
    n=len(h); a,b=sharpe(h),sharpe(c); r=np.corrcoef(h,c)[0,1]
    v=(2-2*r+.5*(a*a+b*b-2*a*b*r*r))/n; return (a-b)/np.sqrt(v),np.sqrt(v)
def sharpe_unpaired(h,c):
    v=np.mean(psi(h)**2)/(len(h)-1)+np.mean(psi(c)**2)/(len(c)-1); return (sharpe(h)-sharpe(c))/np.sqrt(v),np.sqrt(v)
def z_sharpe_unpaired(h,c):
    """HAC + winsor check for independent samples of any lengths; z = min(raw, winsor)"""
    def one(h,c):
        v=lrv(psi(h))[0]/(len(h)-1)+lrv(psi(c))[0]/(len(c)-1); return (sharpe(h)-sharpe(c))/np.sqrt(v),np.sqrt(v)
    h,c=np.asarray(h,float),np.asarray(c,float); zr,se=one(h,c); p=np.concatenate([h,c]); m,s=p.mean(),p.std()
    zw,_=one(np.clip(h,m-5*s,m+5*s),np.clip(c,m-5*s,m+5*s)); return dict(diff=sharpe(h)-sharpe(c),se=se,z_raw=zr,z_winsor=zw,z=min(zr,zw))
def score(st_pass,src,srh,wrc,wrh,mdc,mdh,rs,n):
    """recommended 0-100 score (same weights 30/25/20/15/10)"""
    s=30. if st_pass else 0.
    if src>0: s+=min(25.,max(0.,250*(srh-src)/src))
    elif srh>src: s+=25.
    s+=min(20.,max(0.,1000*(wrh-wrc)))
    ratio=mdh/mdc if mdc>0 else (1. if mdh==0 else np.inf); s+=15*min(1.,max(0.,(1.2-ratio)/.2))
    if rs is not None and 0<wrh<1:
        r=rs/np.sqrt(wrh*(1-wrh)/100); s+=10 if r<1.25 else (5 if r<1.5 else 0)
    return s
A_TABLE={1:(2.64,2.25,1.75),2:(2.91,2.55,2.00),3:(3.05,2.70,2.10)}  # max simultaneous challengers -> a for (HAC, blocks of m, ten blocks)
A_STRICT={1:(2.64,2.40,1.90),2:(2.91,2.65,2.10),3:(3.05,2.75,2.20)} # m=100, first look 1,000 (overlapping positions, or by choice)
def block_length(overlap=1,strict=False):
    """rows per block: 50, or 100 when strict or when 6..20 positions are usually open together; beyond that 5 x overlap, rounded up to 50"""
    m=100 if strict or overlap>5 else 50
    return m if overlap<=20 else int(np.ceil(5*overlap/50)*50)
def block_means(x,size):
    """means of consecutive blocks of `size` rows; the OLDEST n mod size rows are left out, so that the newest block is always whole"""
    x=np.asarray(x,float); B=len(x)//size
    return x[len(x)-B*size:].reshape(B,size).mean(1) if B else np.empty(0)
def block_lrv(x,size):
    """batch-means long-run variance: size * sample variance (ddof 1) of the block means; None below 4 blocks"""
    if size<1: return (None,0)
    y=block_means(x,size); return (float(size*y.var(ddof=1)),len(y)) if len(y)>=4 else (None,len(y))
def t_to_z(t,df):
    """normal score with the same upper tail as Student t with df; negative t is returned unchanged"""
    if t<=0: return float(t)
    return float(-stats.norm.ppf(max(stats.t.sf(t,df),1e-300)))
def z_block(mean,series,size):
    """mean / sqrt(max(block LRV, g0)/(n-1)) on the normal scale. series: list of influence series (one if paired, two if unpaired).
    df = blocks-1 of the shortest series. None when fewer than 4 blocks"""
    se2=0.; B=10**9
    for x in series:
        x=np.asarray(x,float); v,b=block_lrv(x,size)
        if v is None: return None
        se2+=max(v,np.var(x))/(len(x)-1); B=min(B,b)
    return t_to_z(float(mean)/np.sqrt(se2),B-1) if se2>0 else 0.0
def _blocks(h,c,m,paired):
    n=min(len(h),len(c)); out={}
    for key,size in (('m',m),('tenth',n//10)):
        zm=z_block(np.mean(h)-np.mean(c),[np.asarray(h)-np.asarray(c)] if paired else [h,c],size)
        def zs(h,c): return z_block(sharpe(h)-sharpe(c),[psi(h)-psi(c)] if paired else [psi(h),psi(c)],size)
        p=np.concatenate([h,c]); mu,sd=p.mean(),p.std(); w=lambda x:np.clip(x,mu-5*sd,mu+5*sd)
        a,b=zs(h,c),zs(w(h),w(c)); out[key]=dict(z_mean=zm,z_sharpe=None if a is None else min(a,b))
    return out
def three_scale(h,c,k=3,m=50,first=None,paired=True):
    """the statistical part of the rule: each route must clear all three boundaries by itself. n in b(n) is the smaller side;
    first look at 10 m rows (500 for m=50); m >= 100 uses the long-block constants"""
    first=10*m if first is None else first; h,c=np.asarray(h,float),np.asarray(c,float); n=min(len(h),len(c)); a=(A_STRICT if m>=100 else A_TABLE)[k]
    zh=dict(z_mean=(z_mean_paired(h-c) if paired else z_mean_unpaired(h,c))['z'],z_sharpe=(z_sharpe_paired if paired else z_sharpe_unpaired)(h,c)['z'])
    z=dict(hac=zh,**_blocks(h,c,m,paired)); bd=dict(hac=boundary(a[0],n,500),m=boundary(a[1],n,500),tenth=boundary(a[2],n,500)); ok={}
    for r in ('z_mean','z_sharpe'): ok[r]=bool(n>=first and all(z[s][r] is not None and z[s][r]>=bd[s] for s in ('hac','m','tenth')))
    return dict(n=n,z=z,boundary=bd,route_mean=ok['z_mean'],route_sharpe=ok['z_sharpe'],statistical=ok['z_mean'] or ok['z_sharpe'])
def effective_sample_size(d,m=50):
    """n * g0 / max(g0, HAC, LRV of blocks of m, LRV of ten blocks): how many independent rows the mean of d is worth"""
    d=np.asarray(d,float); n=len(d); v,g0,_=lrv(d); c=[v]+[x for x in (block_lrv(d,m)[0],block_lrv(d,n//10)[0]) if x is not None]
    return float(n*g0/max(c)) if g0>0 else 0.0
def stability(d,m=50):
    """panel numbers: share of blocks of m with positive mean, mean of each tenth, halves"""
    d=np.asarray(d,float); y=block_means(d,m); t=block_means(d,len(d)//10)
    return dict(positive_blocks=float((y>0).mean()),tenths=t.tolist(),positive_tenths=int((t>0).sum()),halves=[float(d[:len(d)//2].mean()),float(d[len(d)//2:].mean())])
def discordant(h,c): return int(np.sum(np.asarray(h)!=np.asarray(c)))
def settled_prefix(signal_reported_both):
    """rows usable at a look: signals in OPEN order up to (not including) the first one still open on either side; a signal that is past its
    settlement deadline counts as missing, not as open. Input per signal: 'both' | 'open' | 'missing'"""
    out=[]
    for i,s in enumerate(signal_reported_both):
        if s=='open': break
        if s=='both': out.append(i)
    return out
def coverage_gate(both,missing,champion_present,champion_missing,floor=.98):
    """pair coverage both/(both+missing) >= floor, and the champion did not do worse on the signals the challenger failed to report
    (Welch z > -2 when there are >= 20 such signals). Returns coverage, z (or None), pass"""
    cov=both/(both+missing) if both+missing else 0.0; z=None; a,b=np.asarray(champion_missing,float),np.asarray(champion_present,float)
    if len(a)>=20:
        se=np.sqrt(a.var(ddof=1)/len(a)+b.var(ddof=1)/len(b)); z=float((a.mean()-b.mean())/se) if se>0 else 0.0
    return dict(coverage=float(cov),z_missing=z,ok=bool(cov>=floor and (z is None or z>-2)))
def decide(h,c,k=3,m=50,first=None,coverage=1.0,floor=.98,min_discordant=50):
    """end-to-end on settled pairs: three-scale statistics, evidence gates, the user's gates, score"""
    h,c=np.asarray(h,float),np.asarray(c,float); n=len(h); first=10*m if first is None else first; t=three_scale(h,c,k,m,first); st=t['statistical']; wh,wc=(h>0).mean(),(c>0).mean(); md,mc=mdd(h),mdd(c)
    e=dict(coverage=bool(coverage>=floor),discordant=discordant(h,c)>=min_discordant)
    g=dict(sharpe=bool(sharpe(h)>=sharpe(c)),n=n>=first,mdd=bool(md<=1.2*mc),wr=bool(wh>=.5)); sc=score(st,sharpe(c),sharpe(h),wc,wh,mc,md,rolling_wr_std(h>0),n)
    return dict(t,evidence=e,gates=g,score=sc,auto_promote=bool(st and all(e.values()) and all(g.values()) and sc>=70))
def sortino(x): 
    """mean / sqrt(mean(min(x,0)^2)) over ALL trades, target 0"""
    dd=np.sqrt(np.mean(np.minimum(x,0)**2)); return np.mean(x)/dd if dd>0 else None
def mdd(x):
    c=np.concatenate([[0.],np.cumsum(x)]); return float((np.maximum.accumulate(c)-c).max())
def rolling_wr_std(w,win=100):
    w=np.asarray(w,float); 
    if len(w)<win: return None
    c=np.concatenate([[0],np.cumsum(w)]); r=(c[win:]-c[:-win])/win; return float(np.std(r))
def two_prop_z(k1,n1,k0,n0):
    p=(k1+k0)/(n1+n0); se=np.sqrt(p*(1-p)*(1/n1+1/n0))
    if se==0: return 0.0,1.0
    z=(k1/n1-k0/n0)/se; return z,float(stats.norm.sf(z))
def mcnemar_exact(b,c):
    """b = challenger won & champion lost, c = reverse. one-sided P(X>=b), X~Bin(b+c,.5)"""
    return 1.0 if b+c==0 else float(stats.binom.sf(b-1,b+c,.5))
A_DISC={}  # filled in vectors file
def a_cont(al): return float(optimize.brentq(lambda a:stats.norm.sf(a)+a*stats.norm.pdf(a)-al,1.0,6))
def boundary(a,n,m=500): return float(np.sqrt(a*a+np.log(max(n,m)/m)))
def siegmund_h(k,arl):
    u=optimize.brentq(lambda u:(np.exp(u)-u-1)/(2*k*k)-arl,1e-6,60); return u/(2*k)-1.166
def cusum_win(w,p0,k=.1): 
    s=0;o=[]
    for x in w: s=max(0.,s-(x-p0)/np.sqrt(p0*(1-p0))-k); o.append(s)
    return o
def cusum_pnl(x,mu,sd,k=.1,c=4.):
    s=0;o=[]
    for v in x: s=max(0.,s-min(max((v-mu)/sd,-c),c)-k); o.append(s)
    return o
def ewma_win(w,p0,lam=.02):
    s=0;o=[]
    for x in w: s=lam*(x-p0)/np.sqrt(p0*(1-p0))+(1-lam)*s; o.append(s)
    return o
def lag1(x):
    x=np.asarray(x,float)-np.mean(x); g=np.dot(x,x); return float(np.dot(x[1:],x[:-1])/g) if g>0 else 0.0
def serial_factor(x):
    """sqrt((1+r)/(1-r)) for lag-1 autocorrelation r > .05 (capped at .9), else 1"""
    r=min(lag1(x),.9); return float(np.sqrt((1+r)/(1-r))) if r>.05 else 1.0
def guard_deficit(p0,nb,k=2.3,N=100,serial=1.0): return k*np.sqrt(p0*(1-p0))*np.sqrt(N)*np.sqrt(1+N/nb)*serial
def guard(w,p0,nb,k=2.3,drop=.05,n_min=20,N=100,serial=1.0):
    """serial = serial_factor(baseline wins). first trade at which the guard fires, or None"""
    w=np.asarray(w,float)[:N]; n=np.arange(1,len(w)+1); cw=np.cumsum(w)
    hit=(n>=n_min)&(n*p0-cw>=guard_deficit(p0,nb,k,N,serial))&(cw/n<p0-drop)
    return int(n[hit][0]) if hit.any() else None
def mdd_threshold(q95,ref_now,ref_base):
    """1.5 * Q95 * max(1, volatility ratio); ratio = root mean square about the baseline mean of the OLD champion's PnL (it goes on shadowing)
    during the guard, over its baseline sd; 1 when fewer than 20 such rows exist"""
    b=np.asarray(ref_base,float); a=np.asarray(ref_now,float); s=b.std()
    r=np.sqrt(np.mean((a-b.mean())**2))/s if len(a)>=20 and s>0 else 1.0
    return float(1.5*q95*max(1.0,r))
def cusum_pnl_vol(x,mu,sd,k=.1,c=4.,lam=.03,serial=1.0):
    """CUSUM on pnl in units of CURRENT volatility: z = clip(x/s - mu/sd, -c, c), s = EWMA sd of the rows before x, kept within [sd/3, 3 sd];
    then s2 <- (1-lam) s2 + lam * clip(x - mu*s/sd, +-c*max(sd,s))^2 (unclamped s). Alarm at S >= 30*serial"""
    s2=sd*sd; S=0.; o=[]
    for v in x:
        s=np.sqrt(s2); u=min(max(s,sd/3),3*sd); z=min(max(v/u-mu/sd,-c),c); S=max(0.,S-z-k*serial); o.append(float(S))
        w=c*max(sd,s); e=min(max(v-mu*s/sd,-w),w); s2=(1-lam)*s2+lam*e*e
    return o
def nig(x,m0,k0,a0,b0):
    x=np.asarray(x,float); n=len(x)
    if n==0: return dict(m=m0,k=k0,a=a0,b=b0)
    xb=x.mean(); ss=((x-xb)**2).sum(); kn=k0+n
    return dict(m=(k0*m0+n*xb)/kn,k=kn,a=a0+n/2,b=b0+.5*ss+k0*n*(xb-m0)**2/(2*kn))
def marg(p): return stats.t(2*p['a'],loc=p['m'],scale=np.sqrt(p['b']/(p['a']*p['k'])))
def p_best(ps):
    M=[marg(p) for p in ps]; lo=min(m.ppf(1e-10) for m in M); hi=max(m.ppf(1-1e-10) for m in M)
    g=np.linspace(lo,hi,200001); out=[]
    for i,m in enumerate(M):
        f=m.pdf(g)
        for j,q in enumerate(M):
            if j!=i: f=f*q.cdf(g)
        out.append(float(integrate.simpson(f,x=g)))
    return out
def cbb_mdd(x,T,b,B,rng):
    """circular block bootstrap: paths of length T"""
    n=len(x); nb=int(np.ceil(T/b)); o=np.empty(B)
    for i in range(B):
        st=rng.integers(0,n,nb); idx=((st[:,None]+np.arange(b))%n).ravel()[:T]; o[i]=mdd(x[idx])
    return o
