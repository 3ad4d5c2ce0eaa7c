namespace Consortium.Fhir.Validation.Questionnaires;

/// <summary>
/// A Questionnaire by itself: what its conditions refer to, and values of the type of their item
/// (FHIR R4 questionnaire-definitions.html). Its invariants stand in the definitions.
/// </summary>
internal static class QuestionnaireRules
{
    // The value types that an item's initial value and options, and the answers of conditions on it, may have.
    private static readonly Dictionary<string, string[]> s_values = new(StringComparer.Ordinal)
    {
        ["boolean"] = ["boolean"],
        ["decimal"] = ["decimal", "integer"],
        ["integer"] = ["integer", "decimal"],
        ["date"] = ["date", "dateTime"],
        ["dateTime"] = ["dateTime", "date"],
        ["time"] = ["time"],
        ["string"] = ["string"],
        ["text"] = ["string"],
        ["url"] = ["uri", "string"],
        ["choice"] = ["Coding", "integer", "date", "time", "string", "Reference"],
        ["open-choice"] = ["Coding", "integer", "date", "time", "string", "Reference"],
        ["attachment"] = ["Attachment"],
        ["reference"] = ["Reference"],
        ["quantity"] = ["Quantity", "decimal", "integer"],
    };

    public static void Check(ValidationContext context, int at)
    {
        QuestionnaireForm form = QuestionnaireForm.Of(new FhirNode(context.Document, at));
        foreach (FormItem item in form.Items) CheckItem(context.Issues, form, item);
    }

    private static void CheckItem(IssueList issues, QuestionnaireForm form, FormItem item)
    {
        foreach (FhirNode condition in item.Node.ChildrenNamed("enableWhen")) CheckCondition(issues, form, item, condition);
        foreach (FhirNode initial in item.Node.ChildrenNamed("initial"))
        {
            FhirNode value = initial.Child("value");
            if (!value.Exists || !s_values.TryGetValue(item.Type, out string[]? allowed) || allowed.Contains(value.TypeName)) continue;
            issues.Error(value.Place().Index, "invalid", $"An initial value is of the type of its item: for {item.Type} a {string.Join(" or ", allowed)}; found {value.TypeName} (FHIR R4 questionnaire-definitions.html#Questionnaire.item.initial.value_x_).");
        }

        foreach (FormItem child in item.Items) CheckItem(issues, form, child);
    }

    private static void CheckCondition(IssueList issues, QuestionnaireForm form, FormItem item, FhirNode condition)
    {
        FhirNode question = condition.Child("question");
        if (question.ValueOrNull() is not { } linkId) return;
        int at = question.Place().Index;
        if (form.Find(linkId) is not { } asked)
        {
            issues.Error(at, "business-rule", $"The condition is on question {FhirNodeValues.Shown(linkId)}, which the questionnaire does not have.");
            return;
        }

        for (FormItem? around = asked; around is not null; around = around.Parent)
        {
            if (around != item) continue;
            issues.Error(at, "business-rule", asked == item
                ? "An item cannot depend on its own answer: enableWhen refers to another question."
                : $"An item cannot depend on a question inside it: {FhirNodeValues.Shown(linkId)} can only be answered once the item is enabled.");
            return;
        }

        if (asked.IsDisplay || asked.IsGroup)
        {
            issues.Warning(at, "business-rule", $"The condition is on item {FhirNodeValues.Shown(linkId)} of type {asked.Type}, which has no answers, so it is never met.");
            return;
        }

        if (condition.Text("operator") == "exists" || condition.Child("answer") is not { Exists: true } answer) return;
        if (s_values.TryGetValue(asked.Type, out string[]? allowed) && !allowed.Contains(answer.TypeName))
        {
            issues.Warning(answer.Place().Index, "business-rule", $"Question {FhirNodeValues.Shown(linkId)} is of type {asked.Type}, so its answers are never a {answer.TypeName}.");
        }
    }
}
