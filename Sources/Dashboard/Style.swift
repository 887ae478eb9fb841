/// The style sheet: light and dark, phone and desk, screen and paper. It loads nothing.
enum Style {
    static let sheet: StaticString = """

        :root{--paper:#f6f5f1;--card:#fff;--ink:#1b2130;--soft:#5b6374;--rule:#e2e0d9;--hair:#eceae4;--accent:#1f5fa8;--glow:#d9480f;
        --good:#0b6e63;--bad:#b23c0a;--goodbg:#e2f3f0;--badbg:#fdeae1;--warn:#8a5a00;--warnbg:#fdf1d6;--calm:#eceef2;--bar:#cfdff2;
        --c0:#1f5fa8;--c1:#c2500b;--c2:#0b7a5e;--c3:#a8478f;--c4:#8a6a00;--c5:#4b5563;--track:#eceae4;--lost:#f3d9cb;
        --h0:#f1f0ec;--h1:#d5e3f3;--h2:#a9c8e8;--h3:#6fa2d6;--h4:#3a78ba;--h5:#134b8a;color-scheme:light dark}
        @media (prefers-color-scheme:dark){:root{--paper:#12151c;--card:#1a1f29;--ink:#e8eaf0;--soft:#a2abbb;--rule:#2d3442;--hair:#252c38;
        --accent:#7db5f2;--glow:#ff9d57;--good:#5fd0bf;--bad:#ff9a6b;--goodbg:#12332f;--badbg:#40231a;--warn:#f2c261;--warnbg:#3a2e14;
        --calm:#2a3140;--bar:#27456a;--c0:#7db5f2;--c1:#ff9d57;--c2:#5fd0a8;--c3:#e59bd0;--c4:#e0c45c;--c5:#b4bccb;--track:#262d3a;
        --lost:#53301f;--h0:#222936;--h1:#1f3a5c;--h2:#2b5688;--h3:#3f7cbd;--h4:#6aa6e0;--h5:#b3d6f9}}
        *{box-sizing:border-box}
        html{scroll-behavior:smooth;scroll-padding-top:3.5rem;-webkit-text-size-adjust:100%}
        body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","PingFang SC","Microsoft YaHei","Noto Sans CJK SC","WenQuanYi Micro Hei",sans-serif;
        font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
        a{color:var(--accent)}h1,h2,h3,p,ul,ol,dl,dd,figure{margin:0;padding:0}ul,ol{list-style:none}
        small{font-size:.8em;color:var(--soft);font-weight:400}code{font:.86em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
        .language{position:absolute;opacity:0;width:1px;height:1px;margin:0;pointer-events:none}
        #l-en:checked~* .zh,#l-zh:checked~* .en{display:none}
        .top{display:flex;justify-content:space-between;align-items:center;gap:1rem;padding:1.25rem clamp(1rem,3vw,2.5rem) .75rem;max-width:1480px;margin:auto}
        .brand{display:flex;gap:.9rem;align-items:center;min-width:0}.lantern{width:30px;height:40px;flex:none;fill:none;stroke:var(--glow);stroke-width:1.4}
        .lantern .glow{fill:var(--glow);fill-opacity:.16}.lantern .ribs{stroke-opacity:.55}
        h1{font-size:1.35rem;line-height:1.2;letter-spacing:-.01em}.brand p{color:var(--soft);margin-top:.1rem}.run{font-size:.85em}
        .languages{display:flex;flex:none;border:1px solid var(--rule);border-radius:99px;overflow:hidden;background:var(--card)}
        .languages label{padding:.3rem .8rem;cursor:pointer;font-size:.87rem;color:var(--soft)}
        #l-en:checked~header label[for=l-en],#l-zh:checked~header label[for=l-zh]{background:var(--ink);color:var(--card)}
        #l-en:focus-visible~header label[for=l-en],#l-zh:focus-visible~header label[for=l-zh]{outline:2px solid var(--accent);outline-offset:-2px}
        .sections{position:sticky;top:0;z-index:5;display:flex;gap:.25rem;flex-wrap:wrap;padding:.5rem clamp(1rem,3vw,2.5rem);background:var(--paper);border-bottom:1px solid var(--rule);max-width:1480px;margin:auto}
        .sections a{flex:none;padding:.25rem .7rem;border-radius:99px;text-decoration:none;color:var(--soft);font-size:.9rem}.sections a:hover,.sections a:focus-visible{background:var(--calm);color:var(--ink)}
        .badge{display:inline-block;min-width:1.35em;margin-left:.35em;padding:0 .35em;border-radius:99px;background:var(--bad);color:var(--card);font-size:.75rem;text-align:center}
        main{max-width:1480px;margin:auto;padding:0 clamp(1rem,3vw,2.5rem) 2rem}
        .banner{margin-top:1rem;padding:.7rem 1rem;border:1px solid var(--warn);border-left-width:4px;border-radius:12px;background:var(--warnbg);color:var(--warn);font-size:.9rem}.banner ul{margin-top:.3rem;color:var(--ink)}
        section{padding-top:1.6rem}h2{font-size:1.1rem;margin-bottom:.7rem;display:flex;align-items:baseline;gap:.6rem}h2 small{font-size:.85rem}
        .card,.kpi,.alert{background:var(--card);border:1px solid var(--rule);border-radius:12px}
        .card{padding:1rem 1.1rem;margin-bottom:1rem;min-width:0}.card>header{display:flex;flex-wrap:wrap;gap:.2rem .8rem;align-items:baseline;justify-content:space-between;margin-bottom:.6rem}
        h3{font-size:1rem;font-weight:600}.period,.files{color:var(--soft);font-size:.85rem}
        .chip{display:inline-block;padding:.05rem .55rem;border-radius:99px;background:var(--calm);color:var(--ink);font-size:.8rem;font-weight:600;white-space:nowrap}
        .chip.good{background:var(--goodbg);color:var(--good)}.chip.bad{background:var(--badbg);color:var(--bad)}.chip.warn{background:var(--warnbg);color:var(--warn)}
        .open{color:var(--warn)}.none,.quiet,.cut,.more{color:var(--soft);font-size:.9rem}.none{padding:.6rem 0}.cut,.more{margin-top:.5rem}
        .clip{display:block;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;min-width:0}
        .kpis{display:grid;grid-template-columns:repeat(auto-fill,minmax(250px,1fr));gap:.8rem}
        .kpi{padding:.85rem 1rem .7rem;display:flex;flex-direction:column;min-width:0}.kpi h3{font-size:.9rem;color:var(--soft);font-weight:500}
        .kpi .value{font-size:1.85rem;line-height:1.25;font-weight:650;letter-spacing:-.02em}.spark{width:100%;height:36px;margin:.3rem 0 .5rem;display:block}
        .spark rect{fill:var(--bar)}.spark .now{fill:var(--c0)}
        .kpi ul{font-size:.82rem}.kpi li{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 .6rem;padding:.12rem 0;color:var(--soft)}.before::before{content:" ("}.before::after{content:")"}.kpi li b{color:var(--ink);white-space:nowrap;margin-left:auto}
        .kpi li.good b{color:var(--good)}.kpi li.bad b{color:var(--bad)}.kpi li.up>b:not(.plain)::before{content:"↑ "}.kpi li.down>b:not(.plain)::before{content:"↓ "}.kpi li.up.good>b:not(.plain)::before{content:"▲ ";font-size:.75em}.kpi li.down.good>b:not(.plain)::before{content:"▼ ";font-size:.75em}.kpi li.up.bad>b:not(.plain)::before{content:"△ ";font-size:.75em}.kpi li.down.bad>b:not(.plain)::before{content:"▽ ";font-size:.75em}
        .kpi li .track{flex-basis:100%;height:4px;margin-top:.15rem}
        .track{display:block;width:100%;height:16px;background:var(--track);border-radius:3px;min-width:0}.track rect{fill:var(--c0)}.track .lost{fill:var(--lost)}.kpi .good .track rect{fill:var(--good)}.kpi .bad .track rect{fill:var(--bad)}
        .alerts>ul{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,420px),1fr));gap:.6rem}
        .alert{display:flex;gap:.8rem;padding:.7rem .9rem;border-left:4px solid var(--soft);align-items:flex-start;min-width:0}.alert>div{min-width:0;flex:1}
        .alert.warning{border-left-color:var(--warn)}.alert.warning .chip{background:var(--warnbg);color:var(--warn)}
        .alert.critical{border-left-color:var(--bad)}.alert.critical .chip{background:var(--bad);color:var(--card)}
        .alert .figure{font-weight:650;white-space:nowrap}.limit{color:var(--soft)}.limit .figure{font-weight:500}.where{align-items:baseline;display:flex;flex-wrap:wrap;gap:0 .9rem;font-size:.85rem;color:var(--soft)}.where bdi{color:var(--ink)}
        details{margin-top:.6rem;min-width:0}summary{cursor:pointer;color:var(--accent);font-size:.88rem;width:fit-content}summary:hover{text-decoration:underline}
        .card>footer{display:flex;flex-wrap:wrap;gap:0 1.2rem;align-items:baseline}.card>footer details[open]{flex-basis:100%}.card>footer .files{margin-top:.6rem}
        .notes.loud{list-style:none;margin:.6rem 0 0;padding:0;font-size:.88rem;color:var(--bad)}.notes.loud li{margin-bottom:.3rem}.notes ul{margin:.4rem 0 0;font-size:.85rem;color:var(--soft);columns:2 340px;column-gap:2rem}.notes li{margin-bottom:.35rem;break-inside:avoid}.notes code{color:var(--ink)}
        .panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,270px),1fr));gap:1rem 1.4rem}.panel{min-width:0}
        .panel figcaption{display:flex;justify-content:space-between;gap:.6rem;align-items:baseline;font-size:.88rem}.panel .last{white-space:nowrap}
        .plot{display:block;width:100%;overflow:visible}.stretch{overflow:visible}.plot text{fill:var(--soft);font-size:11px;paint-order:stroke;stroke:var(--card);stroke-width:3px;stroke-linejoin:round}
        .grid{stroke:var(--hair)}.zero{stroke:var(--soft);stroke-opacity:.55}.line{fill:none;stroke-width:2;vector-effect:non-scaling-stroke;stroke-linejoin:round}.area{fill-opacity:.1;stroke:none}
        .line.c0{stroke:var(--c0)}.line.c1{stroke:var(--c1);stroke-dasharray:7 3}.line.c2{stroke:var(--c2);stroke-dasharray:2 3}.line.c3{stroke:var(--c3);stroke-dasharray:9 3 2 3}.line.c4{stroke:var(--c4);stroke-dasharray:4 2}.line.c5{stroke:var(--c5);stroke-dasharray:1 2}
        .area.c0,.dot.c0{fill:var(--c0)}.dot.c1{fill:var(--c1)}.dot.c2{fill:var(--c2)}.dot.c3{fill:var(--c3)}.dot.c4{fill:var(--c4)}.dot.c5{fill:var(--c5)}
        .dot{opacity:0;stroke:transparent;stroke-width:10px;pointer-events:all}.dot.seen,.dot:hover{opacity:1}
        .legend{color:var(--soft);font-size:.87rem;margin-bottom:.7rem}.keys{display:flex;flex-wrap:wrap;gap:.1rem .9rem}.keys li{display:flex;align-items:center;gap:.4rem;color:var(--ink);min-width:0}.panels.named{grid-template-columns:repeat(auto-fill,minmax(min(100%,350px),1fr));margin-top:.6rem}.named .panel{display:flex;flex-direction:column;justify-content:space-between}.panel .keys{font-size:.75rem;margin:.15rem 0 .3rem;display:grid;grid-template-columns:1fr 1fr;gap:0 .8rem}.keys bdi{min-width:0}.key{width:26px;height:12px;flex:none}
        .tones{display:flex;flex-wrap:wrap;gap:0 1.2rem;margin:0 0 .4rem}.tones .good{color:var(--good)}.tones .bad{color:var(--bad)}
        .scroll{overflow:auto;max-width:100%;background:linear-gradient(90deg,var(--card) 30%,transparent) left/48px 100% no-repeat local,linear-gradient(270deg,var(--card) 30%,transparent) right/48px 100% no-repeat local,linear-gradient(90deg,#0002,transparent) left/12px 100% no-repeat scroll,linear-gradient(270deg,#0002,transparent) right/12px 100% no-repeat scroll;margin-top:.4rem;scrollbar-width:thin}.tall{max-height:34rem}.scroll:focus-visible{outline:2px solid var(--accent)}
        .data{border-collapse:separate;border-spacing:0;font-size:.87rem;width:100%}.data th,.data td{padding:.32rem .6rem;text-align:left;box-shadow:inset 0 -1px var(--hair);white-space:nowrap;max-width:320px;overflow:hidden;text-overflow:ellipsis}
        .data th{position:sticky;top:0;background:var(--card);z-index:2;font-weight:600;vertical-align:bottom;white-space:normal;box-shadow:inset 0 -1px var(--rule);min-width:4.5em;overflow-wrap:normal}.data .num{text-align:right}.data th.num small{display:block}.data th>small:first-child{max-width:8.5em;margin-left:auto}
        .data tfoot td,.data .subtotal td{font-weight:650}.data tfoot td{box-shadow:inset 0 1px var(--rule)}.data .other td{color:var(--soft)}.data td i{color:var(--soft);font-style:normal}
        .data td:first-child,.data th:first-child{position:sticky;left:0;background:var(--card);max-width:180px;z-index:1}.data th:first-child{z-index:3}.data tbody tr:hover td{background:var(--hair)}
        .data .good{color:var(--good)}.data .bad{color:var(--bad)}.data .up::before{content:"↑ "}.data .down::before{content:"↓ "}.data .up.good::before{content:"▲ ";font-size:.65em}.data .down.good::before{content:"▼ ";font-size:.65em}.data .up.bad::before{content:"△ ";font-size:.65em}.data .down.bad::before{content:"▽ ";font-size:.65em}
        .cards td{vertical-align:top}.beside{display:block;color:var(--soft);line-height:1.3}.cards .num{padding-bottom:.45rem}.cards .bar{bottom:.15rem}.filter.by{display:none}
        .data td{position:relative}.bar{position:absolute;right:.6rem;left:.6rem;bottom:1px;width:calc(100% - 1.2rem);height:3px;transform:scaleX(-1)}.bar rect{fill:var(--c0);fill-opacity:.45}
        th[aria-sort]{cursor:pointer}th[aria-sort]:hover{color:var(--accent)}th[aria-sort]::after{content:"↕";position:absolute;right:-.05rem;bottom:.32rem;color:var(--soft);opacity:.55;font-weight:400;font-size:.85em}th[aria-sort=ascending]::after{content:"↑";color:var(--accent);opacity:1}th[aria-sort=descending]::after{content:"↓";color:var(--accent);opacity:1}th.text[aria-sort]::after{position:static;margin-left:.25em}
        .filter{display:flex;gap:.8rem;align-items:center;margin-top:.5rem;font-size:.87rem;color:var(--soft)}.filter input{font:inherit;color:var(--ink);background:var(--paper);border:1px solid var(--rule);border-radius:8px;padding:.3rem .7rem;width:min(100%,260px)}.filter select{font:inherit;color:var(--ink);background:var(--paper);border:1px solid var(--rule);border-radius:8px;padding:.3rem .5rem}
        .funnel{max-width:1000px}.step,.loss{display:grid;grid-template-columns:minmax(90px,170px) 1fr 5.5em 5em;gap:.8rem;align-items:center}.step .figure{text-align:right;white-space:nowrap}.step b{font-size:1.05rem}.step.head{color:var(--soft);font-size:.82rem}.step.head .figure{white-space:normal;line-height:1.15;overflow-wrap:normal}.step span.figure{color:var(--soft)}
        .funnel .track{height:30px}.loss{color:var(--bad);font-size:.87rem;padding:.15rem 0}.loss>span:last-child{grid-column:2/-1}
        .minis{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,230px),1fr));gap:1rem 1.6rem;margin-top:1.2rem;padding-top:1rem;border-top:1px solid var(--hair)}.mini{min-width:0}.mini figcaption{font-weight:600;font-size:.9rem;margin-bottom:.2rem}
        .mini .step{grid-template-columns:1fr 3.6em 4.4em;gap:.5rem;font-size:.84rem}.mini .step b{font-size:.9rem}.mini .track{height:12px}
        .forestrow{display:grid;grid-template-columns:minmax(0,1.2fr) minmax(0,2fr) 165px minmax(0,1fr);gap:1rem;align-items:center;padding:.45rem 0;border-top:1px solid var(--hair)}
        .forestrow.head{color:var(--soft);font-size:.84rem;border:none;padding-bottom:.1rem;align-items:end}.what b,.what small,.verdict small,.lift small{display:block}.lift,.verdict{min-width:0}.lift>span{font-weight:650}
        .whisker{stroke:var(--c0);stroke-width:3;stroke-linecap:round}.estimate{fill:var(--c0);stroke:var(--card);stroke-width:2}
        .health{display:flex;flex-wrap:wrap;gap:.5rem;margin-bottom:.8rem;font-size:.87rem}.health li{padding:.3rem .7rem;border-radius:8px;background:var(--calm);display:flex;flex-wrap:wrap;gap:0 .7rem}.health .good{background:var(--goodbg);color:var(--good)}.health .bad{background:var(--badbg);color:var(--bad)}.health .warn{background:var(--warnbg);color:var(--warn)}
        .heatrow{display:grid;grid-template-columns:minmax(70px,150px) 1fr;gap:.8rem;align-items:center;margin-bottom:2px;font-size:.87rem}.h0{fill:var(--h0)}.h1{fill:var(--h1)}.h2{fill:var(--h2)}.h3{fill:var(--h3)}.h4{fill:var(--h4)}.h5{fill:var(--h5)}.heat rect{stroke:var(--card);stroke-width:1}.ramp{width:90px;height:10px;margin:0 .5rem}
        .bars li{display:grid;grid-template-columns:minmax(110px,190px) 1fr 4.5em;gap:.8rem;align-items:center;padding:.14rem 0;font-size:.9rem}.bars b{text-align:right}.ranking .bars{max-width:1000px}.ranking .bars li{grid-template-columns:minmax(80px,170px) 1fr 6.5em}
        .steps{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,330px),1fr));gap:1rem 1.6rem}.bypart{min-width:0}.bypart figcaption{font-weight:600;font-size:.9rem;margin-bottom:.2rem}.bypart .bars li{grid-template-columns:minmax(90px,130px) 1fr 4.2em;gap:.6rem;font-size:.86rem}
        .quality{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,430px),1fr));gap:1rem}.quality .card{margin:0}.quality .wide{grid-column:1/-1}.facts dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:.6rem 1.2rem;margin-top:.5rem}.facts dt{color:var(--soft);font-size:.84rem}.facts dd{font-weight:600}dd.good{color:var(--good)}dd.bad{color:var(--bad)}
        .sum{margin:.5rem 0 .2rem}.stack{width:100%;height:18px;display:block;border-radius:3px}.s0{fill:var(--c0)}.s1{fill:var(--c4)}.s2{fill:var(--c3)}.s3{fill:var(--c1)}.s4{fill:var(--c5)}.s5{fill:var(--c2)}.parts{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;margin-top:.5rem;font-size:.88rem}.swatch{width:11px;height:11px;margin-right:.35rem}
        .trouble li{padding:.25rem 0;border-top:1px solid var(--hair);font-size:.88rem}.bottom{max-width:1480px;margin:auto;padding:0 clamp(1rem,3vw,2.5rem) 2rem;color:var(--soft);font-size:.87rem}
        @media (max-width:640px){body{font-size:14.5px}.sections{position:static;gap:0}.sections a{padding:.25rem .55rem}html{scroll-padding-top:.5rem}.before{display:none}.kpi ul{font-size:.78rem}.top{padding-top:.9rem;align-items:flex-start;gap:.6rem}.brand{gap:.6rem}.languages label{padding:.25rem .55rem;font-size:.8rem}h1{font-size:1.08rem}.kpis{grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:.6rem}.kpi{padding:.7rem .75rem}.kpi .value{font-size:1.45rem}
        .card{padding:.85rem .85rem}.alert{flex-direction:column;gap:.35rem}.funnel .step,.loss{grid-template-columns:1fr 4.2em 4.6em;gap:.1rem .5rem}.funnel .step>.clip{grid-column:1/-1}.step.head>span:first-child,.loss>span:first-child{display:none}.loss>span:last-child{grid-column:1/-1}
        .forestrow{grid-template-columns:1fr 1fr;gap:.2rem .8rem}.forestrow .interval,.forestrow.head>span:nth-child(2){grid-column:1/-1;order:3}.forestrow.head>span:nth-child(1),.forestrow.head>span:nth-child(4){display:none}.forestrow.head>span:nth-child(3){grid-column:1/-1}.verdict{order:2;text-align:right}.lift{order:4;grid-column:1/-1}.bars li{grid-template-columns:1fr 4em;gap:0 .5rem}.bars li>.clip{grid-column:1/-1}.ranking .bars li,.bypart .bars li{grid-template-columns:1fr 5.6em;gap:0 .5rem}.heatrow{grid-template-columns:1fr;gap:0;margin-bottom:.3rem}.data td:first-child,.data th:first-child{max-width:200px}
        .filter.by{display:flex}.cards,.cards tbody,.cards tfoot{display:block}.cards thead{display:none}.cards tr{display:grid;grid-template-columns:repeat(6,minmax(0,1fr));gap:.35rem .7rem;align-items:end;padding:.65rem 0;border-top:1px solid var(--rule)}.cards tr[hidden]{display:none}
        .cards td,.cards tfoot td,.cards td:first-child{display:block;position:static;max-width:none;padding:0;box-shadow:none;white-space:normal;overflow-wrap:anywhere}.cards td.none{grid-column:1/-1}.cards .text,.cards td:not(.num){grid-column:span 6;font-weight:650}.cards.names2 td.text{grid-column:span 3}.cards.names3 td.text{grid-column:span 2}.cards .num{grid-column:span 2;text-align:left}
        .cards .num::before{content:attr(data-en);display:block;color:var(--soft);font-size:.78rem;line-height:1.2;font-weight:400}#l-zh:checked~* .cards .num::before{content:attr(data-zh)}.cards .bar{display:none}.cards tbody tr:hover td{background:none}.cards+.more{margin-top:0}}
        @media print{:root{--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--rule:#bbb;--hair:#ddd;color-scheme:light}body{font-size:10.5pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}.sections,.languages,.files,.filter,details:not([open]){display:none}.sections{position:static}.card,.kpi,.alert,.panel,.forestrow,.mini{break-inside:avoid}h2{break-after:avoid}.scroll{overflow:visible;max-height:none}.data th,.data td{padding:.12rem .22rem;white-space:normal;min-width:0;overflow-wrap:anywhere}.data td:first-child,.data th:first-child,.data th{position:static}.data{font-size:6.6pt}th small{font-size:1em}.kpis{grid-template-columns:repeat(4,1fr)}.before{display:none}.kpi{padding:.6rem .7rem}.kpi .value{font-size:1.5rem}.panels,.panels.named{grid-template-columns:repeat(3,1fr)}a{color:inherit;text-decoration:none}th[aria-sort]::after{content:none}}
        @media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}

        """
}
