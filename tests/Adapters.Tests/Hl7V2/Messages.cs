using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2;

namespace Consortium.Adapters.Tests.Hl7V2;

/// <summary>Small messages for tests; nobody in them exists.</summary>
internal static class Messages
{
    public static string Admission(string controlId = "M1", string patient = "Z1001", string visit = "V1", string family = "测试") => string.Join('\r',
        $@"MSH|^~\&|HIS|HOSP|FHIR|HOSP|20240102030405||ADT^A01^ADT_A01|{controlId}|P|2.5.1||||||UNICODE UTF-8",
        "EVN|A01|20240102030405",
        $"PID|1||{patient}^^^HOSP^MR||{family}^一||19800229|M",
        $"PV1|1|I|W1^R2^B3||||||||||||||||{visit}|||||||||||||||||||||||||20240102030000") + "\r";

    public static ConversionResult Convert(string message, string source = "test", ConversionContext? context = null) =>
        Assert.Single(ConvertAll(System.Text.Encoding.UTF8.GetBytes(message), source, context));

    public static IReadOnlyList<ConversionResult> ConvertAll(byte[] bytes, string source = "test", ConversionContext? context = null) =>
        [.. new Hl7V2Adapter().Convert(new RawRecord(bytes, source, DateTimeOffset.UnixEpoch), context ?? Site.SiteConfiguration.Default.ContextFor(source))];

    public static DraftObject Only(this ConversionResult result, string resourceType)
    {
        Assert.False(result.IsRejected, string.Join('\n', result.Issues.Select(issue => issue.Diagnostics)));
        return Assert.Single(result.Resources, draft => draft.ResourceType == resourceType).Json;
    }

    public static DraftObject[] All(this ConversionResult result, string resourceType) =>
        [.. result.Resources.Where(draft => draft.ResourceType == resourceType).Select(draft => draft.Json)];
}
