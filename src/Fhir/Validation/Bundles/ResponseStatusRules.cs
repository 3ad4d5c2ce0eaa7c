namespace Consortium.Fhir.Validation.Bundles;

/// <summary>
/// "The status SHALL start with a 3 digit HTTP code" (FHIR R4 bundle-definitions.html#Bundle.entry.response.status). A warning:
/// an official example has another text, and who reads the response is told all the same.
/// </summary>
internal static class ResponseStatusRules
{
    public static void Check(ValidationContext context, List<BundleEntry> entries)
    {
        foreach (BundleEntry entry in entries)
        {
            int status = BundleEntries.TextOf(context.Document, entry.Response, "status"u8);
            if (status == 0) continue;
            ReadOnlySpan<byte> value = context.Document.Value(status);
            bool code = value.Length >= 3 && value[0] is >= (byte)'1' and <= (byte)'5' && char.IsAsciiDigit((char)value[1]) && char.IsAsciiDigit((char)value[2]) && (value.Length == 3 || value[3] == ' ');
            if (!code) context.Issues.Warning(status, "value", "response.status starts with a three-digit HTTP code, such as 201 or '201 Created' (FHIR R4 bundle-definitions.html#Bundle.entry.response.status).");
        }
    }
}
