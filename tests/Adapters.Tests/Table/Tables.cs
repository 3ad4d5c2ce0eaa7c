using System.Text;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Table;

namespace Consortium.Adapters.Tests.Table;

/// <summary>Tables written in tests, and what became of them.</summary>
internal static class Tables
{
    public const string Header = "条码号,姓名,性别,病案号,身份证号,项目代码,项目名称,结果,单位,参考范围,标志,采样时间,报告时间";

    public static readonly DateTimeOffset ReceivedAt = new(2026, 11, 22, 1, 2, 3, TimeSpan.Zero);

    public static readonly Encoding Gb18030 = CodePagesEncodingProvider.Instance.GetEncoding("gb18030")!;

    public static ConversionContext Context => new(LogicalIds.Unkeyed, TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));

    public static ConversionResult[] Convert(string text, TableMapping? mapping = null) => Convert(Encoding.UTF8.GetBytes(text), mapping);

    public static ConversionResult[] Convert(byte[] bytes, TableMapping? mapping = null) =>
        [.. new TableAdapter(mapping ?? TableMapping.BuiltIn).Convert(new RawRecord(bytes, "lis", ReceivedAt, "table.csv"), Context)];

    /// <summary>One row of a valid patient with this result.</summary>
    public static string Row(string result, string unit = "", string range = "", string flag = "", string code = "X1", string name = "某项目", string barcode = "B1",
        string collected = "2026-11-06 07:15", string reported = "2026-11-06 09:02") =>
        $"{barcode},王小明,男,MR1,999999196005120016,{code},{name},{result},{unit},{range},{flag},{collected},{reported}";

    /// <summary>The Observation of a table of one row.</summary>
    public static DraftObject Observation(string row)
    {
        ConversionResult result = Assert.Single(Convert($"{Header}\n{row}\n"));
        Assert.False(result.IsRejected, string.Join("; ", result.Issues.Select(issue => issue.Diagnostics)));
        return Assert.Single(Of(result, "Observation"));
    }

    public static DraftObject[] Of(ConversionResult result, string type) =>
        [.. result.Resources.Where(draft => draft.ResourceType == type).Select(draft => draft.Json)];

    public static string Errors(ConversionResult result) => string.Join("\n", result.Issues.Select(issue => $"{issue.Severity} {issue.Line} {issue.Diagnostics}"));
}
