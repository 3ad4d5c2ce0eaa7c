namespace Consortium.Fhir.Validation.Questionnaires;

/// <summary>
/// Walks the items of a response along those of its Questionnaire: known linkIds in their places and in order, required and
/// repeating items, groups, questions and displays, and what is not enabled (FHIR R4 questionnaireresponse.html#link).
/// </summary>
internal sealed class ResponseWalk(ResponseContext context)
{
    private const string MinOccurs = "http://hl7.org/fhir/StructureDefinition/questionnaire-minOccurs";
    private const string MaxOccurs = "http://hl7.org/fhir/StructureDefinition/questionnaire-maxOccurs";
    private const string Translation = "http://hl7.org/fhir/StructureDefinition/translation";

    private readonly Enablement _enablement = new(context);
    private readonly AnswerRules _answers = new(context);
    private readonly FormConstraints _constraints = new(context);

    public void Check()
    {
        _constraints.Check(context.Form.Node, context.Response);
        CheckItems(context.Form.Items, ResponseHolder.Read(context.Response), null);
    }

    /// <param name="expected">The items that the Questionnaire has at this place.</param>
    /// <param name="holder">What holds the items in the response.</param>
    /// <param name="under">The Questionnaire's item around; null at the top.</param>
    private void CheckItems(List<FormItem> expected, ResponseHolder holder, FormItem? under)
    {
        if (expected.Count == 0 && holder.Items.Count == 0) return;
        Dictionary<FormItem, List<ResponseItem>> present = [];
        int last = -1;
        foreach (ResponseItem item in holder.Items)
        {
            if (item.LinkId.Length == 0) continue;
            FormItem? form = context.Form.Find(item.LinkId);
            if (form is null)
            {
                context.Error(item.Node, "not-found", $"linkId {FhirNodeValues.Shown(item.LinkId)} is not in the questionnaire {Url()}.");
            }
            else if (form.Parent != under)
            {
                context.Error(item.Node, "structure", $"Item {Shown(form)} stands in the wrong place: the questionnaire has it {(form.Parent is null ? "at the top" : "under " + Shown(form.Parent))}.");
                CheckContent(form, item);
            }
            else
            {
                if (form.Index < last) context.Error(item.Node, "structure", $"Item {Shown(form)} is out of order: items stand in the order of the questionnaire, where it comes before {Shown(expected[last])}.");
                else last = form.Index;
                if (!present.TryGetValue(form, out List<ResponseItem>? same)) present.Add(form, same = []);
                same.Add(item);
            }
        }

        foreach (FormItem form in expected)
        {
            if (present.TryGetValue(form, out List<ResponseItem>? items)) CheckPresent(form, items, holder);
            else if (form.Required && !form.IsDisplay && _enablement.IsEnabled(form, holder) == true) context.Missing(holder.Node, $"Item {Shown(form)} is required by the questionnaire and missing.");
        }
    }

    private void CheckPresent(FormItem form, List<ResponseItem> items, ResponseHolder holder)
    {
        bool? enabled = _enablement.IsEnabled(form, holder);
        int answered = 0, answers = 0;
        foreach (ResponseItem item in items)
        {
            if (item.IsBare) continue;
            answered++;
            answers += item.Answers.Count;
            if (enabled == false) context.Error(item.Node, "invalid", $"Item {Shown(form)} is not enabled by the answers given (its enableWhen is not met), so it has no answers.");
        }

        if (items.Count > 1 && !form.Repeats) context.Error(items[1].Node, "structure", $"Item {Shown(form)} does not repeat: one item with this linkId is allowed, found {items.Count}.");
        int count = form.IsGroup ? answered : answers;
        string counted = form.IsGroup ? "items" : "answers";
        if (enabled == true && form.Required && count == 0 && !form.IsDisplay) context.Missing(items[0].Node, $"Item {Shown(form)} is required by the questionnaire; it has no {(form.IsGroup ? "items" : "answer")}.");
        else if (enabled == true && form.Number(MinOccurs) is { } least && count < least) context.Missing(items[0].Node, $"Item {Shown(form)} needs at least {least} {counted} (questionnaire-minOccurs); found {count}.");
        if (form.Number(MaxOccurs) is { } most && count > most) context.Error(items[^1].Node, "structure", $"Item {Shown(form)} has at most {most} {counted} (questionnaire-maxOccurs); found {count}.");
        foreach (ResponseItem item in items) CheckContent(form, item);
    }

    private void CheckContent(FormItem form, ResponseItem item)
    {
        CheckText(form, item);
        _constraints.Check(form.Node, item.Node);
        if (form.IsDisplay)
        {
            if (item.Answers.Count > 0) context.Error(item.Answers[0].Node, "structure", $"Item {Shown(form)} is of type display, which has no answers.");
            if (item.Items.Count > 0) context.Error(item.Items[0].Node, "structure", $"Item {Shown(form)} is of type display, which has no items.");
        }
        else if (form.IsGroup)
        {
            if (item.Answers.Count > 0) context.Error(item.Answers[0].Node, "structure", $"Item {Shown(form)} is a group: it has items, and no answers.");
            CheckItems(form.Items, item, form);
        }
        else
        {
            CheckQuestion(form, item);
        }
    }

    private void CheckQuestion(FormItem form, ResponseItem item)
    {
        if (item.Items.Count > 0) context.Error(item.Items[0].Node, "structure", $"Item {Shown(form)} is a question of type {form.Type}: items under it stand in its answer (answer.item), not beside it.");
        if (item.Answers.Count > 1 && !form.Repeats) context.Error(item.Answers[1].Node, "structure", $"Item {Shown(form)} does not repeat: one answer is allowed, found {item.Answers.Count}.");
        foreach (ResponseAnswer answer in item.Answers)
        {
            _answers.Check(form, answer);
            CheckItems(form.Items, answer, form);
        }

        _answers.CheckExclusive(form, item);
    }

    /// <summary>The text of an item is the questionnaire's, or a translation of it.</summary>
    private void CheckText(FormItem form, ResponseItem item)
    {
        if (item.Node.Text("text") is not { } text || form.Node.Child("text") is not { Exists: true } stated || stated.ValueOrNull() is not { } wanted) return;
        if (Plain(text) == Plain(wanted)) return;
        foreach (FhirNode translation in stated.ChildrenNamed("extension").Where(e => e.Text("url") == Translation))
        {
            if (FormItem.ExtensionOf(translation, "content").ValueOrNull() is { } other && Plain(other) == Plain(text)) return;
        }

        context.Error(item.Node.Child("text"), "invalid", $"The text of item {Shown(form)} is another than in the questionnaire; leave it out or give it as there.");
    }

    private static string Plain(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string Shown(FormItem form) => FhirNodeValues.Shown(form.LinkId);

    private string Url() => FhirNodeValues.Shown(context.Form.Node.Text("url") ?? "(without url)");
}
