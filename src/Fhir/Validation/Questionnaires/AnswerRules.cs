namespace Consortium.Fhir.Validation.Questionnaires;

/// <summary>The value of one answer: its type, and the options and limits of its item (FHIR R4 valueset-item-type.html).</summary>
internal sealed class AnswerRules(ResponseContext context)
{
    private static readonly Dictionary<string, string[]> s_types = new(StringComparer.Ordinal)
    {
        ["boolean"] = ["boolean"],
        ["decimal"] = ["decimal"],
        ["integer"] = ["integer"],
        ["date"] = ["date"],
        ["dateTime"] = ["dateTime"],
        ["time"] = ["time"],
        ["string"] = ["string"],
        ["text"] = ["string"],
        ["url"] = ["uri"],
        ["choice"] = ["Coding", "integer", "date", "time", "string", "Reference"],
        ["open-choice"] = ["Coding", "integer", "date", "time", "string", "Reference"],
        ["attachment"] = ["Attachment"],
        ["reference"] = ["Reference"],
        ["quantity"] = ["Quantity"],
    };

    private readonly AnswerOptions _options = new(context);
    private readonly AnswerLimits _limits = new(context);
    private readonly ReferenceAnswers _references = new(context);

    public void Check(FormItem form, ResponseAnswer answer)
    {
        FhirNode value = answer.Value;
        if (!value.Exists || !s_types.TryGetValue(form.Type, out string[]? allowed)) return;
        if (!allowed.Contains(value.TypeName))
        {
            context.Error(value, "invalid", $"Item {FhirNodeValues.Shown(form.LinkId)} is of type {form.Type}: its answer is a {string.Join(" or ", allowed)}; found {value.TypeName}.");
            return;
        }

        _options.Check(form, value);
        _limits.Check(form, value);
        if (value.TypeName == "Reference") _references.Check(form, value);
        if (form.Type == "string" && value.ValueOrNull()?.AsSpan().IndexOfAny('\r', '\n') >= 0)
        {
            context.Warning(value, "value", $"Item {FhirNodeValues.Shown(form.LinkId)} is of type string, which is one line; the answer has line breaks (type text allows them).");
        }
    }

    public void CheckExclusive(FormItem form, ResponseItem item)
    {
        if (item.Answers.Count > 1) _options.CheckExclusive(form, item);
    }
}
