using static Consortium.Fhir.Tests.Questionnaires.Answering;

namespace Consortium.Fhir.Tests.Questionnaires;

/// <summary>FHIR R4 questionnaire-definitions.html#Questionnaire.item.enableWhen.</summary>
public sealed class EnableWhenTests
{
    private static string When(string question, string op, string answer) => $$$"""{"question":"{{{question}}}","operator":"{{{op}}}",{{{answer}}}}""";

    private static string Dependent(string conditions, string behavior = "all") => Item("b", "string", $$""","enableWhen":[{{conditions}}],"enableBehavior":"{{behavior}}" """);

    [Theory]
    [InlineData("integer", "=", "\"answerInteger\":1", "\"valueInteger\":1", true)]
    [InlineData("integer", "=", "\"answerInteger\":1", "\"valueInteger\":2", false)]
    [InlineData("integer", "!=", "\"answerInteger\":1", "\"valueInteger\":2", true)]
    [InlineData("integer", "!=", "\"answerInteger\":1", "\"valueInteger\":1", false)]
    [InlineData("integer", ">", "\"answerInteger\":1", "\"valueInteger\":2", true)]
    [InlineData("integer", ">", "\"answerInteger\":1", "\"valueInteger\":1", false)]
    [InlineData("integer", ">=", "\"answerInteger\":1", "\"valueInteger\":1", true)]
    [InlineData("decimal", "<", "\"answerDecimal\":1.5", "\"valueDecimal\":1.4", true)]
    [InlineData("decimal", "<=", "\"answerDecimal\":1.5", "\"valueDecimal\":1.6", false)]
    [InlineData("decimal", "=", "\"answerDecimal\":1.5", "\"valueDecimal\":1.50", true)]
    [InlineData("date", ">", "\"answerDate\":\"2020-01-01\"", "\"valueDate\":\"2020-01-02\"", true)]
    [InlineData("time", "<", "\"answerTime\":\"10:00:00\"", "\"valueTime\":\"11:00:00\"", false)]
    [InlineData("string", "=", "\"answerString\":\"x\"", "\"valueString\":\"X\"", false)]
    [InlineData("boolean", "=", "\"answerBoolean\":true", "\"valueBoolean\":true", true)]
    [InlineData("boolean", "exists", "\"answerBoolean\":true", "\"valueBoolean\":false", true)]
    [InlineData("boolean", "exists", "\"answerBoolean\":false", "\"valueBoolean\":false", false)]
    [InlineData("choice", "=", "\"answerCoding\":{\"system\":\"http://example.org\",\"code\":\"x\"}", "\"valueCoding\":{\"system\":\"http://example.org\",\"code\":\"x\",\"display\":\"X\"}", true)]
    [InlineData("choice", "=", "\"answerCoding\":{\"system\":\"http://example.org\",\"code\":\"x\"}", "\"valueCoding\":{\"system\":\"http://example.com\",\"code\":\"x\"}", false)]
    [InlineData("quantity", ">", "\"answerQuantity\":{\"value\":1,\"system\":\"http://unitsofmeasure.org\",\"code\":\"kg\"}", "\"valueQuantity\":{\"value\":2,\"system\":\"http://unitsofmeasure.org\",\"code\":\"kg\"}", true)]
    [InlineData("reference", "=", "\"answerReference\":{\"reference\":\"Patient/1\"}", "\"valueReference\":{\"reference\":\"Patient/1\"}", true)]
    public void Validate_Operator_DecidesWhetherAnAnswerMayStand(string type, string op, string expected, string given, bool enabled)
    {
        ValidationResult result = Validate($"{Item("a", type)},{Dependent(When("a", op, expected))}", $"{Answer("a", given)},{Answer("b", "\"valueString\":\"x\"")}");
        Assert.Equal(enabled, result.IsValid);
        if (!enabled) Assert.Contains(result.Issues, i => i.Expression == "QuestionnaireResponse.item[1]" && i.Diagnostics == "Item 'b' is not enabled by the answers given (its enableWhen is not met), so it has no answers.");
    }

    [Theory]
    [InlineData("all", 1, 1, true)]
    [InlineData("all", 1, 0, false)]
    [InlineData("any", 1, 0, true)]
    [InlineData("any", 0, 0, false)]
    public void Validate_EnableBehavior_JoinsTheConditions(string behavior, int first, int second, bool enabled)
    {
        string form = $"{Item("a1", "integer")},{Item("a2", "integer")},{Dependent($"{When("a1", "=", "\"answerInteger\":1")},{When("a2", "=", "\"answerInteger\":1")}", behavior)}";
        string answers = $"{Answer("a1", $"\"valueInteger\":{first}")},{Answer("a2", $"\"valueInteger\":{second}")},{Answer("b", "\"valueString\":\"x\"")}";
        Assert.Equal(enabled, Validate(form, answers).IsValid);
    }

    [Fact]
    public void Validate_RequiredItemThatIsNotEnabled_MayBeMissing()
    {
        string form = $"{Item("a", "boolean")},{Item("b", "string", $",\"required\":true,\"enableWhen\":[{When("a", "=", "\"answerBoolean\":true")}]")}";
        Accepts(form, Answer("a", "\"valueBoolean\":false"));
        Refuses(form, Answer("a", "\"valueBoolean\":true"));
    }

    [Fact]
    public void Validate_NotEqualWithoutAnyAnswer_IsLeftOpen()
    {
        string form = $"{Item("a", "boolean")},{Item("b", "string", $",\"required\":true,\"enableWhen\":[{When("a", "!=", "\"answerBoolean\":true")}]")}";
        Accepts(form, """{"linkId":"a"}""");
        Accepts(form, Answer("b", "\"valueString\":\"x\""));
    }

    [Fact]
    public void Validate_RepeatingGroup_EachRepetitionAnswersForItself()
    {
        string form = Item("g", "group", $",\"repeats\":true,\"item\":[{Item("a", "boolean")},{Dependent(When("a", "=", "\"answerBoolean\":true"))}]");
        string Group(string answer) => $$$"""{"linkId":"g","item":[{{{Answer("a", $"\"valueBoolean\":{answer}")}}},{{{Answer("b", "\"valueString\":\"x\"")}}}]}""";
        Accepts(form, $"{Group("true")},{Group("true")}");
        Assert.Equal("QuestionnaireResponse.item[1].item[1]", Refuses(form, $"{Group("true")},{Group("false")}").Expression);
    }

    [Fact]
    public void Validate_ConditionOnTheQuestionAround_IsSeen()
    {
        string form = Item("a", "boolean", $",\"item\":[{Dependent(When("a", "=", "\"answerBoolean\":true"))}]");
        string Response(string answer) => $$$"""{"linkId":"a","answer":[{"valueBoolean":{{{answer}}},"item":[{{{Answer("b", "\"valueString\":\"x\"")}}}]}]}""";
        Accepts(form, Response("true"));
        Refuses(form, Response("false"));
    }

    [Theory]
    [InlineData("%resource.item.where(linkId='a').answer.value = true", true, true)]
    [InlineData("%resource.item.where(linkId='a').answer.value = true", false, false)]
    [InlineData("%unknown", false, true)]
    public void Validate_EnableWhenExpression_IsEvaluatedOnTheResponse(string expression, bool answer, bool valid)
    {
        string extension = $$$"""{"url":"http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression","valueExpression":{"language":"text/fhirpath","expression":"{{{expression}}}"}}""";
        string form = $"{Item("a", "boolean")},{Item("b", "string", $",\"extension\":[{extension}]")}";
        Assert.Equal(valid, Validate(form, $"{Answer("a", answer ? "\"valueBoolean\":true" : "\"valueBoolean\":false")},{Answer("b", "\"valueString\":\"x\"")}").IsValid);
    }

    [Theory]
    [InlineData("none", "which the questionnaire does not have")]
    [InlineData("b", "its own answer")]
    [InlineData("inner", "a question inside it")]
    public void Validate_QuestionnaireWithAConditionThatCannotBe_IsAnError(string question, string message)
    {
        string json = $$$"""{"resourceType":"Questionnaire","status":"active","item":[{{{Item("b", "group", $",\"enableWhen\":[{When(question, "=", "\"answerBoolean\":true")}],\"item\":[{Item("inner", "boolean")}]")}}}]}""";
        OutcomeIssue issue = Validating.OnlyError(json);
        Assert.Equal("Questionnaire.item[0].enableWhen[0].question", issue.Expression);
        Assert.Contains(message, issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_InitialValueOfAnotherType_IsAnError() =>
        Assert.Equal("Questionnaire.item[0].initial[0].value", Validating.OnlyError($$$"""{"resourceType":"Questionnaire","status":"active","item":[{{{Item("a", "integer", ",\"initial\":[{\"valueString\":\"x\"}]")}}}]}""").Expression);

    [Fact]
    public void Validate_LongResponse_IsLinear()
    {
        string form = Item("g", "group", $",\"repeats\":true,\"item\":[{Item("a", "boolean")},{Dependent(When("a", "=", "\"answerBoolean\":true"))}]");
        string group = $$$"""{"linkId":"g","item":[{{{Answer("a", "\"valueBoolean\":true")}}},{{{Answer("b", "\"valueString\":\"x\"")}}}]}""";
        System.Diagnostics.Stopwatch clock = System.Diagnostics.Stopwatch.StartNew();
        Accepts(form, string.Join(",", Enumerable.Repeat(group, 20_000)));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"20,000 groups took {clock.Elapsed}.");
    }
}
