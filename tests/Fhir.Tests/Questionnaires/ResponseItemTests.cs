using static Consortium.Fhir.Tests.Questionnaires.Answering;

namespace Consortium.Fhir.Tests.Questionnaires;

/// <summary>FHIR R4 questionnaireresponse.html: which items stand where, how often, and which must be there.</summary>
public sealed class ResponseItemTests
{
    private static readonly string s_group = Item("g", "group", $""","item":[{Item("a", "string", ""","required":true""")},{Item("b", "string")}]""");

    [Fact]
    public void Validate_ItemsInTheirPlaces_AreAccepted() =>
        Accepts(s_group, $$$"""{"linkId":"g","item":[{{{Answer("a", "\"valueString\":\"x\"")}}},{{{Answer("b", "\"valueString\":\"y\"")}}}]}""");

    [Fact]
    public void Validate_UnknownLinkId_NamesItAndTheQuestionnaire()
    {
        OutcomeIssue issue = Refuses(Item("a", "string"), Answer("z", "\"valueString\":\"x\""));
        Assert.Equal(("not-found", "QuestionnaireResponse.item[0]", $"linkId 'z' is not in the questionnaire '{Url}'."), (issue.Code, issue.Expression, issue.Diagnostics));
    }

    [Fact]
    public void Validate_ItemUnderTheWrongGroup_SaysWhereItBelongs()
    {
        ValidationResult result = Validate(s_group, Answer("a", "\"valueString\":\"x\""));
        Assert.Contains(result.Issues, i => i.Diagnostics == "Item 'a' stands in the wrong place: the questionnaire has it under 'g'.");
    }

    [Fact]
    public void Validate_ItemsOutOfOrder_IsAnError()
    {
        OutcomeIssue issue = Refuses($"{Item("a", "string")},{Item("b", "string")}", $"{Answer("b", "\"valueString\":\"x\"")},{Answer("a", "\"valueString\":\"x\"")}");
        Assert.Equal(("structure", "QuestionnaireResponse.item[1]"), (issue.Code, issue.Expression));
        Assert.Contains("out of order", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_RequiredItemMissing_IsAnErrorOfACompletedResponseOnly()
    {
        string form = $"{Item("a", "string", ""","required":true""")},{Item("b", "string")}", answers = Answer("b", "\"valueString\":\"x\"");
        OutcomeIssue issue = Refuses(form, answers);
        Assert.Equal(("required", "Item 'a' is required by the questionnaire and missing."), (issue.Code, issue.Diagnostics));
        Accepts(form, answers, status: "in-progress");
        Assert.Contains(Validate(form, answers, status: "in-progress").Issues, i => i.Severity == IssueSeverity.Warning && i.Code == "required");
    }

    [Fact]
    public void Validate_RequiredQuestionInAnAbsentOptionalGroup_IsNotAsked() => Accepts($"{s_group},{Item("c", "string")}", Answer("c", "\"valueString\":\"x\""));

    [Fact]
    public void Validate_TwoAnswersToAQuestionThatDoesNotRepeat_IsAnError()
    {
        OutcomeIssue issue = Refuses(Item("a", "string"), Answer("a", "\"valueString\":\"x\"", "\"valueString\":\"y\""));
        Assert.Equal("QuestionnaireResponse.item[0].answer[1]", issue.Expression);
        Accepts(Item("a", "string", ""","repeats":true"""), Answer("a", "\"valueString\":\"x\"", "\"valueString\":\"y\""));
    }

    [Fact]
    public void Validate_GroupTwice_IsAnErrorUnlessItRepeats()
    {
        string twice = """{"linkId":"g","item":[{"linkId":"a","answer":[{"valueString":"x"}]}]},{"linkId":"g","item":[{"linkId":"a","answer":[{"valueString":"x"}]}]}""";
        Refuses(Item("g", "group", $""","item":[{Item("a", "string")}]"""), twice);
        Accepts(Item("g", "group", $""","repeats":true,"item":[{Item("a", "string")}]"""), twice);
    }

    [Fact]
    public void Validate_AnswersOfGroupOrDisplay_AreErrors()
    {
        Assert.Contains("no answers", Refuses(Item("d", "display"), Answer("d", "\"valueString\":\"x\"")).Diagnostics, StringComparison.Ordinal);
        Assert.Contains("is a group", Refuses(Item("g", "group", $""","item":[{Item("a", "string")}]"""), Answer("g", "\"valueString\":\"x\"")).Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_ItemsOfAQuestion_StandUnderItsAnswer()
    {
        string form = Item("a", "boolean", $""","item":[{Item("b", "string")}]""");
        Accepts(form, """{"linkId":"a","answer":[{"valueBoolean":true,"item":[{"linkId":"b","answer":[{"valueString":"x"}]}]}]}""");
        Assert.Contains("answer.item", Refuses(form, """{"linkId":"a","item":[{"linkId":"b","answer":[{"valueString":"x"}]}]}""").Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("questionnaire-minOccurs", 2, 1, false)]
    [InlineData("questionnaire-minOccurs", 2, 2, true)]
    [InlineData("questionnaire-maxOccurs", 2, 3, false)]
    [InlineData("questionnaire-maxOccurs", 2, 2, true)]
    public void Validate_NumberOfAnswers_IsWithinMinAndMaxOccurs(string extension, int limit, int answers, bool valid)
    {
        string form = Item("a", "string", $",\"repeats\":true,\"extension\":[{Extension(extension, $"\"valueInteger\":{limit}")}]");
        Assert.Equal(valid, Validate(form, Answer("a", [.. Enumerable.Repeat("\"valueString\":\"x\"", answers)])).IsValid);
    }

    [Fact]
    public void Validate_TextOtherThanTheQuestionnaires_IsAnErrorThatDoesNotShowIt()
    {
        string form = Item("a", "string", ",\"text\":\"Name\",\"_text\":{\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/translation\",\"extension\":[{\"url\":\"lang\",\"valueCode\":\"de\"},{\"url\":\"content\",\"valueString\":\"Nachname\"}]}]}");
        OutcomeIssue issue = Refuses(form, """{"linkId":"a","text":"Secret","answer":[{"valueString":"x"}]}""");
        Assert.DoesNotContain("Secret", issue.Diagnostics, StringComparison.Ordinal);
        Accepts(form, """{"linkId":"a","text":"Name","answer":[{"valueString":"x"}]}""");
        Accepts(form, """{"linkId":"a","text":"Nachname","answer":[{"valueString":"x"}]}""");
    }

    [Fact]
    public void Validate_UnknownQuestionnaire_IsAnInformation()
    {
        OutcomeIssue issue = Assert.Single(Validating.Json("""{"resourceType":"QuestionnaireResponse","questionnaire":"http://example.org/none","status":"completed"}""").Issues, i => i.Code == "not-found");
        Assert.Equal((IssueSeverity.Information, "not-found"), (issue.Severity, issue.Code));
    }

    [Fact]
    public void Validate_ContainedQuestionnaire_IsUsed()
    {
        OutcomeIssue issue = Validating.OnlyError($$$"""
            {"resourceType":"QuestionnaireResponse","contained":[{"resourceType":"Questionnaire","id":"q","status":"active","item":[{{{Item("a", "string")}}}]}],
            "questionnaire":"#q","status":"completed","item":[{"linkId":"b"}]}
            """);
        Assert.Equal("not-found", issue.Code);
    }

    [Fact]
    public void Validate_SubjectOfAnotherType_IsAnError()
    {
        string form = Item("a", "string");
        string response = $$$"""{"linkId":"a"}],"subject":{"reference":"Group/1"},"extension":[{"url":"http://example.org/x","valueCode":"y"}""";
        Assert.Contains(Validate(form, response, more: "\"subjectType\":[\"Patient\"],").Issues, i => i.Diagnostics.Contains("subjectType", StringComparison.Ordinal));
        Assert.True(Validate(form, response, more: "\"subjectType\":[\"Group\"],").IsValid);
    }

    [Fact]
    public void Validate_QuestionnaireConstraint_IsEvaluatedOnTheResponse()
    {
        string constraint = "\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/questionnaire-constraint\",\"extension\":[{\"url\":\"key\",\"valueId\":\"c-1\"},{\"url\":\"severity\",\"valueCode\":\"error\"},{\"url\":\"human\",\"valueString\":\"At least one\"},{\"url\":\"expression\",\"valueString\":\"item.answer.exists()\"}]}],";
        ValidationResult result = Validate(Item("a", "string"), """{"linkId":"a"}""", more: constraint);
        Assert.Contains(result.Issues, i => i.Code == "invariant" && i.Diagnostics == "Constraint 'c-1' of the questionnaire is not met: At least one");
        Assert.True(Validate(Item("a", "string"), Answer("a", "\"valueString\":\"x\""), more: constraint).IsValid);
    }
}
