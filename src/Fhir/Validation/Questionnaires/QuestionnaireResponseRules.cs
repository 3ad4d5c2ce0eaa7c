namespace Consortium.Fhir.Validation.Questionnaires;

/// <summary>A QuestionnaireResponse against the Questionnaire that it answers (FHIR R4 questionnaireresponse.html).</summary>
internal static class QuestionnaireResponseRules
{
    public static void Check(ValidationContext context, int at)
    {
        FhirNode response = new(context.Document, at);
        FhirNode stated = response.Child("questionnaire");
        if (stated.ValueOrNull() is not { } canonical)
        {
            context.Issues.Information(at, "not-found", "The response names no questionnaire, so its answers are not checked against one.");
            return;
        }

        FhirNode questionnaire = CanonicalTargets.Find(context, response, "Questionnaire", canonical);
        if (!questionnaire.Exists)
        {
            context.Issues.Information(stated.Place().Index, "not-found", $"The questionnaire {FhirNodeValues.Shown(canonical)} is not known here, so the answers are not checked against it; give it as a package.");
            return;
        }

        (FhirDocument document, int root) = questionnaire.Place();
        QuestionnaireForm form = root == 0 && !ReferenceEquals(document, context.Document) ? QuestionnaireForm.Of(document) : QuestionnaireForm.Of(questionnaire);
        ResponseContext rules = new(context, form, response);
        CheckInUse(rules);
        new ReferenceAnswers(rules).CheckSubject();
        new ResponseWalk(rules).Check();
    }

    /// <summary>Whether the questionnaire was meant for use when it was answered (Questionnaire.status and effectivePeriod).</summary>
    private static void CheckInUse(ResponseContext rules)
    {
        FhirNode authored = rules.Response.Child("authored"), period = rules.Form.Node.Child("effectivePeriod");
        if (rules.Form.Node.Text("status") == "retired") rules.Information(rules.Response.Child("questionnaire"), "business-rule", "The questionnaire is retired.");
        if (!authored.Exists || !period.Exists) return;
        bool early = period.Child("start") is { Exists: true } start && AnswerValues.Compare(authored, start) < 0;
        bool late = period.Child("end") is { Exists: true } end && AnswerValues.Compare(authored, end) > 0;
        if (early || late) rules.Warning(authored, "business-rule", $"The response was authored {(early ? "before" : "after")} the questionnaire's effectivePeriod.");
    }
}
