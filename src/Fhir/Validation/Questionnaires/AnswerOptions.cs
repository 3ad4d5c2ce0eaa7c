using Consortium.Fhir.Terminology;
using System.Runtime.CompilerServices;

namespace Consortium.Fhir.Validation.Questionnaires;

/// <summary>
/// Answers drawn from a list: <c>answerOption</c> and <c>answerValueSet</c> (FHIR R4 questionnaire-definitions.html#Questionnaire.item.answerOption).
/// An open-choice question takes a free text besides.
/// </summary>
internal sealed class AnswerOptions(ResponseContext context)
{
    private const string Exclusive = "http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive";

    private static readonly ConditionalWeakTable<FormItem, OptionList> s_lists = [];

    private readonly AnswerValueSets _valueSets = new(context);

    public void Check(FormItem form, FhirNode answer)
    {
        if (form.Type == "open-choice" && answer.TypeName == "string") return;
        OptionList options = s_lists.GetValue(form, static item => new OptionList(item));
        if (options.Count > 0)
        {
            if (!options.Types.Contains(answer.TypeName))
            {
                context.Error(answer, "invalid", $"Item {FhirNodeValues.Shown(form.LinkId)} has no answer option of type {answer.TypeName}; its options are of type {string.Join(", ", options.Types)}.");
            }
            else if (!options.Keys.Contains(OptionList.Key(answer)))
            {
                context.Error(answer, "code-invalid", $"The answer is none of the options of item {FhirNodeValues.Shown(form.LinkId)}; allowed: {FhirNodeValues.Shown(options.Names)}.");
            }
        }
        else if (form.Node.Text("answerValueSet") is { } valueSet)
        {
            CheckValueSet(form, answer, valueSet);
        }
    }

    public void CheckExclusive(FormItem form, ResponseItem item)
    {
        OptionList options = s_lists.GetValue(form, static one => new OptionList(one));
        if (options.Exclusive.Count == 0) return;
        foreach (ResponseAnswer answer in item.Answers)
        {
            if (answer.Value.Exists && options.Exclusive.Contains(OptionList.Key(answer.Value)))
            {
                context.Error(answer.Node, "invalid", $"The answer is an exclusive option of item {FhirNodeValues.Shown(form.LinkId)} (questionnaire-optionExclusive): no other answer stands beside it.");
            }
        }
    }

    private void CheckValueSet(FormItem form, FhirNode answer, string valueSet)
    {
        (string? system, string? code) = answer.TypeName switch
        {
            "Coding" => (answer.Text("system"), answer.Text("code")),
            "string" => (null, answer.ValueOrNull()),
            _ => (null, null),
        };
        if (code is null) return;
        switch (_valueSets.Contains(valueSet, system, code, anySystem: answer.TypeName == "string", out string reason))
        {
            case Membership.Out:
                context.Error(answer, "code-invalid", $"The answer to item {FhirNodeValues.Shown(form.LinkId)} is not in its value set {FhirNodeValues.Shown(valueSet)}{reason}.");
                break;
            case Membership.Undecided:
                context.Information(answer, "not-supported", $"Whether the answer to item {FhirNodeValues.Shown(form.LinkId)} is in its value set {FhirNodeValues.Shown(valueSet)} cannot be decided here: {reason}.");
                break;
        }
    }

    /// <summary>The options of one item, hashed: a question may have thousands, and as many answers.</summary>
    private sealed class OptionList
    {
        public OptionList(FormItem item)
        {
            foreach (FhirNode option in item.Node.ChildrenNamed("answerOption"))
            {
                FhirNode value = option.Child("value");
                if (!value.Exists) continue;
                Count++;
                string key = Key(value);
                Keys.Add(key);
                Types.Add(value.TypeName);
                Names.Add(value.TypeName == "Coding" ? value.Text("code") ?? value.Text("display") ?? string.Empty : value.ValueOrNull() ?? value.Text("reference") ?? string.Empty);
                if (FormItem.ExtensionOf(option, AnswerOptions.Exclusive).ValueOrNull() == "true") Exclusive.Add(key);
            }
        }

        public int Count { get; }

        public HashSet<string> Keys { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Exclusive { get; } = new(StringComparer.Ordinal);

        public SortedSet<string> Types { get; } = new(StringComparer.Ordinal);

        public List<string> Names { get; } = [];

        public static string Key(FhirNode value) => value.TypeName switch
        {
            "Coding" when value.Text("code") is { } code => $"Coding\n{value.Text("system")}\n{code}",
            "Coding" => $"Coding\n{value.Text("system")}\n\n{value.Text("display")}",
            "Reference" => $"Reference\n{value.Text("reference")}",
            string type => $"{type}\n{value.ValueOrNull()}",
        };
    }
}
