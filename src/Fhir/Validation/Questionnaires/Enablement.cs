using Consortium.Fhir.Expressions;

namespace Consortium.Fhir.Validation.Questionnaires;

/// <summary>
/// Whether an item is enabled by the answers given (FHIR R4 questionnaire-definitions.html#Questionnaire.item.enableWhen, and
/// enableWhenExpression of Structured Data Capture). What cannot be decided is null, and draws no error.
/// </summary>
internal sealed class Enablement(ResponseContext context)
{
    /// <summary>Extensions that carry a FHIRPath expression, as an Expression or as a string.</summary>
    private static readonly string[] s_expressions =
    [
        "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression",
        "http://hl7.org/fhir/StructureDefinition/questionnaire-enableWhenExpression",
        "http://phr.kanta.fi/StructureDefinition/fiphr-ext-questionnaire-enablewhen",
    ];

    private readonly HashSet<string> _undecided = new(StringComparer.Ordinal);

    /// <param name="item">The item of the Questionnaire.</param>
    /// <param name="holder">What holds it in the response, or would hold it.</param>
    public bool? IsEnabled(FormItem item, ResponseHolder holder)
    {
        foreach (string url in s_expressions)
        {
            if (item.Extension(url) is { Exists: true } expression) return Evaluate(item, expression);
        }

        bool? all = true, any = false;
        bool conditions = false;
        foreach (FhirNode condition in item.Node.ChildrenNamed("enableWhen"))
        {
            conditions = true;
            bool? met = Met(condition, item, holder);
            all = all == false || met == false ? false : all is null || met is null ? null : true;
            any = any == true || met == true ? true : any is null || met is null ? null : false;
        }

        if (!conditions) return true;
        return item.Node.Text("enableBehavior") == "any" ? any : all;
    }

    private bool? Evaluate(FormItem item, FhirNode expression)
    {
        string? text = expression.HasValue ? expression.Value : expression.Text("expression");
        if (text is null || expression.Text("language") is { } language && language != "text/fhirpath") return Undecided(item, "it is not FHIRPath");
        try
        {
            IReadOnlyList<FhirPathValue> values = FhirPath.Compile(text).Evaluate(context.Response, context.Validation.Options.Clock);
            return values.Count switch
            {
                0 => false,
                1 => values[0].Value != "false",
                _ => Undecided(item, "it gives several items"),
            };
        }
        catch (FhirPathException unevaluable)
        {
            return Undecided(item, unevaluable.Message);
        }
    }

    private bool? Undecided(FormItem item, string why)
    {
        if (_undecided.Add(item.LinkId))
        {
            context.Information(context.Response, "not-supported", $"Whether item {FhirNodeValues.Shown(item.LinkId)} is enabled cannot be decided here: its expression cannot be evaluated: {why}");
        }

        return null;
    }

    private bool? Met(FhirNode condition, FormItem item, ResponseHolder holder)
    {
        if (condition.Text("question") is not { } question || context.Form.Find(question) is not { } asked) return null;
        List<FhirNode> answers = [.. AnswersTo(asked, holder).Select(a => a.Value).Where(v => v.Exists)];
        FhirNode expected = condition.Child("answer");
        if (!expected.Exists || ReferenceEquals(asked, item)) return null;
        switch (condition.Text("operator"))
        {
            case "exists":
                return expected.Value == "true" == answers.Count > 0;
            case "=":
                return answers.Exists(a => Same(a, expected));
            case "!=":
                // "No answer has a value that is equal": whether that holds of no answer at all, R4 leaves open.
                return answers.Count == 0 ? null : !answers.Exists(a => Same(a, expected));
            case ">":
                return Ordered(answers, expected, static order => order > 0);
            case "<":
                return Ordered(answers, expected, static order => order < 0);
            case ">=":
                return Ordered(answers, expected, static order => order >= 0);
            case "<=":
                return Ordered(answers, expected, static order => order <= 0);
            default:
                return null;
        }
    }

    /// <summary>
    /// The answers to a question as seen from an item: of the nearest thing around that has both in it, so that in a repeating
    /// group each repetition answers for itself.
    /// </summary>
    private static IEnumerable<ResponseAnswer> AnswersTo(FormItem question, ResponseHolder holder)
    {
        HashSet<string> around = new(StringComparer.Ordinal);
        for (FormItem? at = question.Parent; at is not null; at = at.Parent) around.Add(at.LinkId);
        for (ResponseHolder? at = holder; at is not null; at = at.Parent)
        {
            ResponseItem? item = at as ResponseItem ?? (at as ResponseAnswer)?.Parent as ResponseItem;
            if (item is not null && item.LinkId == question.LinkId) return item.Answers;
            if (item is null || around.Contains(item.LinkId)) return at.Below(question.LinkId).SelectMany(i => i.Answers);
        }

        return [];
    }

    private static bool? Ordered(List<FhirNode> answers, FhirNode expected, Func<int, bool> holds)
    {
        bool? any = false;
        foreach (FhirNode answer in answers)
        {
            int? order = AnswerValues.Compare(answer, expected);
            if (order is { } known && holds(known)) return true;
            if (order is null) any = null;
        }

        return any;
    }

    private static bool Same(FhirNode answer, FhirNode expected) => AnswerValues.AreSame(answer, expected);
}
