using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Consortium.Fhir.Validation.Questionnaires;

/// <summary>
/// Limits on one answer: maxLength and the core extensions minLength, minValue, maxValue, maxDecimalPlaces, regex, maxSize,
/// mimeType and the units of a quantity (FHIR R4 questionnaire-profiles.html).
/// </summary>
internal sealed class AnswerLimits(ResponseContext context)
{
    private const string Core = "http://hl7.org/fhir/StructureDefinition/";
    private const string DataCapture = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-";

    private static readonly TimeSpan s_regexLimit = TimeSpan.FromMilliseconds(250);

    private readonly UnitAnswers _units = new(context);

    public void Check(FormItem form, FhirNode answer)
    {
        switch (answer.TypeName)
        {
            case "string" or "uri":
                CheckLength(form, answer);
                CheckRegex(form, answer);
                break;
            case "integer" or "decimal" or "date" or "dateTime" or "time":
                CheckLength(form, answer);
                CheckRange(form, answer, Core + "minValue", Core + "maxValue");
                CheckDecimalPlaces(form, answer, answer.ValueOrNull());
                break;
            case "Quantity":
                CheckRange(form, answer, Core + "minValue", Core + "maxValue");
                CheckRange(form, answer, DataCapture + "minQuantity", DataCapture + "maxQuantity");
                CheckDecimalPlaces(form, answer, answer.Text("value"));
                _units.Check(form, answer);
                break;
            case "Attachment":
                CheckAttachment(form, answer);
                break;
        }
    }

    private void CheckLength(FormItem form, FhirNode answer)
    {
        if (answer.ValueOrNull() is not { } text) return;
        int length = 0;
        foreach (Rune _ in text.EnumerateRunes()) length++;
        if (form.Number(Core + "minLength") is { } least && length < least) context.Error(answer, "invalid", $"The answer to item {Shown(form)} has at least {least} characters (minLength); found {length}.");
        if (int.TryParse(form.Node.Text("maxLength"), CultureInfo.InvariantCulture, out int most) && length > most) context.Error(answer, "invalid", $"The answer to item {Shown(form)} has at most {most} characters (maxLength); found {length}.");
    }

    private void CheckRegex(FormItem form, FhirNode answer)
    {
        if (form.Extension(Core + "regex").ValueOrNull() is not { } pattern || answer.ValueOrNull() is not { } text) return;
        try
        {
            if (!Pattern(pattern).IsMatch(text)) context.Error(answer, "invalid", $"The answer to item {Shown(form)} does not have the form that its regular expression wants ({(pattern.Length <= 120 ? pattern : "too long to show")}).");
        }
        catch (Exception unusable) when (unusable is ArgumentException or RegexMatchTimeoutException)
        {
            context.Information(answer, "not-supported", $"Whether the answer to item {Shown(form)} has the form that its regular expression wants cannot be decided here: {(unusable is ArgumentException ? "it is not well-formed" : "it takes too long")}.");
        }
    }

    private static Regex Pattern(string pattern)
    {
        string whole = $"^(?:{pattern})$";
        try
        {
            return new Regex(whole, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, s_regexLimit);
        }
        catch (NotSupportedException)
        {
            return new Regex(whole, RegexOptions.CultureInvariant, s_regexLimit);
        }
    }

    private void CheckRange(FormItem form, FhirNode answer, string minimum, string maximum)
    {
        CheckLimit(form, answer, form.Extension(minimum), "least", static order => order < 0);
        CheckLimit(form, answer, form.Extension(maximum), "most", static order => order > 0);
    }

    private void CheckLimit(FormItem form, FhirNode answer, FhirNode limit, string side, Func<int, bool> breaks)
    {
        if (!limit.Exists || (limit.TypeName != "Quantity" && !limit.HasValue)) return;
        bool quantity = answer.TypeName == "Quantity" && limit.TypeName == "Quantity";
        int? order = quantity ? UnitAnswers.Compare(answer, limit) : AnswerValues.Compare(answer, limit);
        if (order is { } known && breaks(known))
        {
            string allowed = quantity ? $"{limit.Text("value")} {limit.Text("code") ?? limit.Text("unit")}".TrimEnd() : limit.Value!;
            context.Error(answer, "invalid", $"The answer to item {Shown(form)} is out of range: allowed is at {side} {allowed}.");
        }
        else if (order is null && quantity)
        {
            context.Warning(answer, "invalid", $"The answer to item {Shown(form)} cannot be compared with the limit of the questionnaire, which is in {FhirNodeValues.Shown(limit.Text("code") ?? limit.Text("unit") ?? "no unit")}: the units differ or are not coded.");
        }
    }

    private void CheckDecimalPlaces(FormItem form, FhirNode answer, string? number)
    {
        if (form.Number(Core + "maxDecimalPlaces") is not { } most || number is null) return;
        int point = number.IndexOf('.', StringComparison.Ordinal);
        int end = number.AsSpan().IndexOfAny('e', 'E') is var exponent && exponent >= 0 ? exponent : number.Length;
        int places = point < 0 ? 0 : end - point - 1;
        if (end < number.Length && int.TryParse(number.AsSpan(end + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int shift)) places = (int)Math.Max(0L, (long)places - shift);
        if (places > most) context.Error(answer, "invalid", $"The answer to item {Shown(form)} has at most {most} decimal places (maxDecimalPlaces); found {places}.");
    }

    private void CheckAttachment(FormItem form, FhirNode answer)
    {
        long? size = long.TryParse(answer.Text("size"), CultureInfo.InvariantCulture, out long stated) ? stated : null;
        if (answer.Child("data") is { Exists: true } data && data.HasValue) size = Math.Max(size ?? 0, AttachmentRules.DecodedLength(data.Utf8Value) ?? 0);
        if (decimal.TryParse(form.Extension(Core + "maxSize").ValueOrNull(), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal megabytes) && size > megabytes * 1024 * 1024)
        {
            context.Error(answer, "too-long", $"The attachment of item {Shown(form)} is at most {megabytes.ToString(CultureInfo.InvariantCulture)} MB (maxSize); found {size} bytes.");
        }

        string[] types = [.. form.Extensions(Core + "mimeType").Select(t => t.ValueOrNull()).OfType<string>()];
        if (types.Length == 0 || answer.Text("contentType") is not { } found) return;
        if (!types.Any(t => string.Equals(Bare(t), Bare(found), StringComparison.OrdinalIgnoreCase)))
        {
            context.Error(answer, "invalid", $"The attachment of item {Shown(form)} is of type {FhirNodeValues.Shown(types)} (mimeType); found {FhirNodeValues.Shown(found)}.");
        }
    }

    /// <summary>A media type without its parameters.</summary>
    private static string Bare(string mediaType) => mediaType.Split(';', 2)[0].Trim();

    private static string Shown(FormItem form) => FhirNodeValues.Shown(form.LinkId);
}
