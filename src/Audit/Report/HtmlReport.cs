using System.Globalization;
using System.Net;
using System.Text;

namespace Consortium.Audit;

/// <summary>
/// One self-contained page, Chinese and English side by side: no script, nothing loaded from elsewhere, fit to be printed
/// and filed.
/// </summary>
internal static class HtmlReport
{
    /// <summary>Findings shown one by one; the JSON verdict has them all.</summary>
    private const int MostFindings = 5000;

    private const string Style = """
        :root { color-scheme: light dark; --line: #8886; --good: #1a7f37; --bad: #b3261e; --unsure: #9a6700; }
        body { font: 15px/1.55 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1.2rem; }
        h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2.2rem; border-bottom: 1px solid var(--line); padding-bottom: .3rem; }
        .verdict { border: 2px solid; border-radius: .5rem; padding: .8rem 1.1rem; font-size: 1.2rem; font-weight: 600; }
        .verdict p { font-size: .95rem; font-weight: 400; margin: .3rem 0 0; }
        .intact { border-color: var(--good); } .incomplete { border-color: var(--unsure); } .tampered { border-color: var(--bad); }
        table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); }
        th { font-weight: 600; white-space: nowrap; } td.n { text-align: right; font-variant-numeric: tabular-nums; }
        code { font: 12.5px ui-monospace, monospace; overflow-wrap: anywhere; } .wide { overflow-x: auto; }
        .weight-tampered { color: var(--bad); } .weight-incomplete { color: var(--unsure); }
        @media print { body { margin: 0; max-width: none; } tr { break-inside: avoid; } }
        """;

    public static string Write(ReplayVerdict verdict)
    {
        var html = new StringBuilder(16_384);
        string word = verdict.Verdict.ToString().ToLowerInvariant();
        html.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>审计重放报告 Audit replay report</title><style>{Style}</style></head><body>
            <h1>审计重放报告 · Audit replay report</h1>
            <div class="verdict {word}" data-verdict="{word}">{ReportText.Verdict(verdict.Verdict)}<p>{ReportText.Explain(verdict.Verdict)}</p></div>
            """);
        Facts(html, verdict);
        Custodians(html, verdict);
        Findings(html, verdict);
        html.Append(CultureInfo.InvariantCulture, $"""
            <h2>如何得出 · How this was found</h2>
            {ReportText.Method}
            </body></html>

            """);
        return html.ToString();
    }

    private static void Facts(StringBuilder html, ReplayVerdict v)
    {
        html.Append("<h2>范围 · Scope</h2><table>");
        Row(html, "重放时间 · Replayed", $"{Time(v.StartedAt)} – {Time(v.FinishedAt)}");
        Row(html, "监管方 · Regulator", Code(v.Regulator ?? "–"));
        Row(html, "链标识 · Chain id", Number(v.Chain.Id));
        Row(html, "合约 · Contract", Code(v.Contract.Address));
        Row(html, "合约代码哈希 · Code hash", Code(v.Contract.CodeHash));
        Row(html, "区块 · Blocks", $"{(v.Chain.FirstBlock is { } first ? Number(first) : "–")} – {Number(v.Chain.LastBlock)} ({Time(v.Chain.LastBlockTime)})");
        Row(html, "末块哈希 · Last block hash", Code(v.Chain.LastBlockHash));
        Row(html, "批次 · Batches", Number((ulong)v.Counts.Batches));
        Row(html, "索引条目 · Index entries", Number(v.Counts.Entries));
        Row(html, "已质询 · Challenged", Number(v.Counts.Challenged));
        Row(html, "已证明 · Proved", Number(v.Counts.Verified));
        if (v.Counts.ProvedBefore > 0) Row(html, "先前重放已证明 · Proved by the earlier replay", Number(v.Counts.ProvedBefore));
        if (v.Sample is { } sample) Row(html, "抽样 · Sample", Sample(sample));
        html.Append("</table>");
    }

    private static string Sample(ReplaySample sample) => string.Join("<br>", sample.Custodians.Select(c => string.Create(CultureInfo.InvariantCulture,
            $"{Code(c.Address)}: {c.Drawn} / {c.Of}；若全部通过，则以 {sample.Confidence:P0} 的置信度，有问题的不超过 {c.MostWrong} 条。If all of these hold, at most {c.MostWrong} are wrong, with {sample.Confidence:P0} confidence.")))
        + $"<br>随机种子 · Seed {Code(sample.Seed)}";

    private static void Custodians(StringBuilder html, ReplayVerdict v)
    {
        html.Append("<h2>保管方 · Custodians</h2><div class=\"wide\"><table><tr><th>名称 Name</th><th>地址 Address</th><th>接口 Endpoint</th><th>批次 Batches</th><th>条目 Entries</th><th>已证明 Proved</th></tr>");
        foreach (ReplayedCustodian c in v.Custodians)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(c.Name)}</td><td>{Code(c.Address)}</td><td>{Code(c.Endpoint ?? "–")}</td><td class=\"n\">{Number((ulong)c.Batches)}</td><td class=\"n\">{Number(c.Entries)}</td><td class=\"n\">{Number(c.Verified)}</td></tr>");
        }

        html.Append("</table></div>");
    }

    private static void Findings(StringBuilder html, ReplayVerdict v)
    {
        html.Append("<h2>发现 · Findings</h2>");
        if (v.Findings.Count == 0)
        {
            html.Append("<p>没有发现问题。Nothing was found.</p>");
            return;
        }

        html.Append("<div class=\"wide\"><table><tr><th>类别 Kind</th><th>资源 Resource</th><th>保管方 Custodian</th><th>序号 Sequence</th><th>记录标识 Record id</th><th>说明 Detail</th></tr>");
        foreach (Finding f in v.Findings.Take(MostFindings))
        {
            string weight = f.Weight.ToString().ToLowerInvariant();
            string name = v.Custodians.FirstOrDefault(c => c.Address == f.Custodian)?.Name ?? "";
            string detail = f.Detail + (f.Pointer is null ? "" : $" ({f.Pointer})") + (f.Entries > 1 ? $" [{Number(f.Entries)}]" : "");
            string sequence = f.Sequence is { } number ? Number(number) : "–";
            html.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"weight-{weight}\">{ReportText.Kind(f.Kind)}</td><td>{Code(f.Resource ?? "–")}</td><td>{Text(name)}<br>{Code(f.Custodian ?? "–")}</td><td class=\"n\">{sequence}</td><td>{Code(f.RecordId ?? "–")}</td><td>{Text(detail)}</td></tr>");
        }

        html.Append("</table></div>");
        if (v.Findings.Count > MostFindings) html.Append(CultureInfo.InvariantCulture, $"<p>另有 {v.Findings.Count - MostFindings} 项见 verdict.json。{v.Findings.Count - MostFindings} more are in verdict.json.</p>");
    }

    private static void Row(StringBuilder html, string label, string value) => html.Append(CultureInfo.InvariantCulture, $"<tr><th>{label}</th><td>{value}</td></tr>");

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Code(string text) => $"<code>{Text(text)}</code>";

    private static string Number(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
