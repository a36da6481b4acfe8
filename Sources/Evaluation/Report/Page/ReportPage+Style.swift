extension ReportPage {
    static let style: Markup = """

        :root {
          color-scheme: light dark;
          --page: #ffffff; --raised: #f7f8fb; --text: #1d2130; --soft: #565e72; --line: #e4e7ee; --strong: #8b92a5;
          --accent: #3d5bd9; --band: #a9b8f5; --right: #3d5bd9; --wrong: #e08a2e; --cut: #6f7689;
          --cons: #0d8074; --pass: #3d5bd9; --published: #b42378; --missing: #edeff4;
          --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Inter, "Helvetica Neue", "PingFang SC",
            "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
          --mono: ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #1b1d22; --raised: #24272e; --text: #e7e9f0; --soft: #a4abbd; --line: #30343e; --strong: #7b8396;
            --accent: #93a8ff; --band: #4a5aa8; --right: #7f97ff; --wrong: #d9812a; --cut: #8b93a6;
            --cons: #4fc4b4; --pass: #93a8ff; --published: #f08cc4; --missing: #2a2d35;
          }
        }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; }
        body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 var(--sans); }
        main { max-width: 1120px; margin: 0 auto; padding: 32px 24px 80px; }
        h1 { margin: 0; font-size: 28px; line-height: 1.2; overflow-wrap: anywhere; }
        h2 { margin: 0 0 12px; font-size: 21px; line-height: 1.25; }
        h3 { margin: 28px 0 8px; font-size: 16px; }
        h4 { margin: 20px 0 8px; font-size: 14px; }
        h5 { margin: 12px 0 4px; font-size: 13px; color: var(--soft); }
        small { font-size: 12px; color: var(--soft); font-weight: 400; }
        a { color: var(--accent); }
        .kicker { margin: 0 0 4px; color: var(--accent); font-weight: 600; font-size: 13px; }
        .soft { color: var(--soft); }
        p.soft { margin: 6px 0; font-size: 13px; }
        section { margin-top: 40px; }
        section + section { padding-top: 32px; border-top: 1px solid var(--line); }
        header + section { margin-top: 28px; }
        nav ul { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 12px 0 0; padding: 0; list-style: none; }
        nav a, th a { display: inline-block; min-height: 24px; min-width: 24px; }
        .badge { display: inline-block; margin-left: 8px; padding: 1px 8px; border: 1px solid var(--strong);
          border-radius: 99px; font-size: 12px; font-weight: 500; color: var(--soft); vertical-align: 3px; }
        .offscreen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
        .scroll { position: relative; overflow-x: auto; }
        .scroll:focus-visible, summary:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 14px; }
        th, td { padding: 7px 14px 7px 0; text-align: left; border-bottom: 1px solid var(--line); vertical-align: middle; }
        th { font-weight: 500; }
        thead th { color: var(--soft); font-size: 12.5px; font-weight: 500; white-space: nowrap; vertical-align: bottom; }
        tfoot th, tfoot td { border-bottom: 0; }
        th:last-child, td:last-child { padding-right: 0; }
        .number { text-align: right; white-space: nowrap; }
        .scores { width: 100%; }
        .scores strong { font-size: 16px; }
        .scores th[scope="row"] { min-width: 128px; max-width: 280px; }
        .scores th small { display: inline-block; line-height: 1.35; }
        .settings th { font-family: var(--mono); font-size: 12.5px; color: var(--soft); white-space: nowrap; }
        .settings td { font-family: var(--mono); font-size: 12.5px; overflow-wrap: anywhere; }
        tr.all th, tr.all td { font-weight: 600; }
        .tiles { display: flex; flex-wrap: wrap; gap: 12px; margin: 0 0 16px; }
        .tiles div { flex: 1 1 140px; padding: 10px 14px 12px; background: var(--raised); border-radius: 10px; }
        .tiles dt { font-size: 12.5px; color: var(--soft); }
        .tiles dd { margin: 0; }
        .tiles strong { display: block; font-size: 24px; line-height: 1.25; font-weight: 600; }
        .tiles small { display: block; line-height: 1.35; }
        .notes { margin: 8px 0 0; padding-left: 18px; font-size: 14px; max-width: 92ch; }
        .notes li { margin: 3px 0; }
        .legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 8px 0; font-size: 12.5px; color: var(--soft); }
        .legend span { display: inline-flex; align-items: center; gap: 6px; }
        .questions { width: 100%; }
        .questions th, .questions td { padding: 2px 12px 2px 0; border-bottom: 0; font-size: 13px; }
        .questions thead th { padding-bottom: 4px; font-size: 12.5px; }
        .questions th[scope="row"] { max-width: 180px; overflow-wrap: anywhere; font-weight: 400; }
        .questions .strip { width: 100%; }
        .strip svg { display: block; width: 100%; height: 14px; }
        .columns { display: block; width: 100%; height: auto; }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr)); gap: 16px 32px; }
        figure { margin: 24px 0 0; min-width: 0; }
        figcaption { font-weight: 600; font-size: 14px; margin-bottom: 6px; }
        .chart { display: block; width: 100%; height: auto; max-width: 620px; }
        svg text { fill: var(--soft); font: 12px var(--sans); font-variant-numeric: tabular-nums; }
        svg .end { fill: var(--text); }
        .whiskers { display: block; }
        .grid { stroke: var(--line); }
        .right { fill: var(--right); } .wrong { fill: var(--wrong); } .truncated { fill: var(--cut); }
        .missing { fill: var(--missing); } .track { fill: var(--missing); }
        .whisker { fill: none; stroke: var(--text); stroke-width: 1.5; }
        .band { fill: var(--band); }
        .dot { fill: var(--text); stroke: var(--page); stroke-width: 1.5; }
        .published { fill: var(--published); }
        .line { fill: none; stroke-width: 2; }
        .line.pass { stroke: var(--pass); } .line.cons { stroke: var(--cons); }
        circle.pass { fill: var(--pass); } rect.cons { fill: var(--cons); }
        .block { margin-top: 20px; min-width: 0; }
        summary { cursor: pointer; min-height: 24px; }
        .block > summary { font-weight: 600; font-size: 14px; margin-bottom: 4px; }
        .bar svg { display: block; }
        .samples { border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
        .sample { border-top: 1px solid var(--line); padding: 0 14px; font-size: 14px; }
        .sample:first-child { border-top: 0; }
        .sample > summary { padding: 7px 0; overflow-wrap: anywhere; }
        .sample > summary b { font-weight: 600; }
        .sample > summary span { margin-left: 8px; }
        .sample[open] { background: var(--raised); padding-bottom: 10px; }
        .reasoning > summary { margin: 10px 0 4px; font-size: 13px; color: var(--soft); }
        pre { margin: 0; padding: 10px 12px; max-height: 480px; overflow: auto; background: var(--page); border-radius: 8px;
          border: 1px solid var(--line); font: 13px/1.5 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere;
          unicode-bidi: isolate; }
        .left { color: var(--soft); font-style: italic; }
        @media (max-width: 640px) {
          main { padding: 20px 16px 60px; }
          h1 { font-size: 23px; }
          .tiles div { flex-basis: 40%; padding: 8px 12px 10px; }
          .tiles strong { font-size: 21px; }
          .strip svg { height: 12px; }
          .questions th, .questions td { padding-right: 8px; }
          .scores thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
          .scores, .scores tbody { display: block; }
          .scores tr { display: grid; grid-template-columns: 1fr 1fr; gap: 2px 16px; padding: 12px 0;
            border-bottom: 1px solid var(--line); }
          .scores th, .scores td { padding: 0; border: 0; max-width: none; }
          .scores .plot { grid-column: 1 / -1; }
          .scores .plot svg { width: 100%; height: auto; margin: 4px 0; }
          .scores .plot ~ td { display: flex; justify-content: space-between; align-items: baseline;
            gap: 8px; font-size: 13px; }
          .scores .plot ~ td::before { content: attr(data-label); color: var(--soft); font-size: 12.5px; }
        }
        @media print { .sample:not([open]) { display: none; } pre { max-height: none; } }

        """
}
