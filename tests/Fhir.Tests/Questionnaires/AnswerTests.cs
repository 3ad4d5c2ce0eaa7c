using static Consortium.Fhir.Tests.Questionnaires.Answering;

namespace Consortium.Fhir.Tests.Questionnaires;

/// <summary>FHIR R4 valueset-item-type.html and questionnaire-profiles.html: the value of an answer, its options and its limits.</summary>
public sealed class AnswerTests
{
    [Theory]
    [InlineData("boolean", "\"valueBoolean\":true")]
    [InlineData("decimal", "\"valueDecimal\":1.5")]
    [InlineData("integer", "\"valueInteger\":1")]
    [InlineData("date", "\"valueDate\":\"2020-01\"")]
    [InlineData("dateTime", "\"valueDateTime\":\"2020-01-01T10:00:00Z\"")]
    [InlineData("time", "\"valueTime\":\"10:00:00\"")]
    [InlineData("string", "\"valueString\":\"x\"")]
    [InlineData("text", "\"valueString\":\"x\"")]
    [InlineData("url", "\"valueUri\":\"http://example.org\"")]
    [InlineData("choice", "\"valueCoding\":{\"code\":\"x\"}")]
    [InlineData("open-choice", "\"valueString\":\"x\"")]
    [InlineData("attachment", "\"valueAttachment\":{\"title\":\"x\"}")]
    [InlineData("reference", "\"valueReference\":{\"reference\":\"Patient/1\"}")]
    [InlineData("quantity", "\"valueQuantity\":{\"value\":1}")]
    public void Validate_AnswerOfTheItemsType_IsAccepted(string type, string answer)
    {
        Accepts(Item("a", type), Answer("a", answer));
        if (type is "choice" or "open-choice") return;
        string other = type == "boolean" ? "\"valueInteger\":1" : "\"valueBoolean\":true";
        OutcomeIssue issue = Refuses(Item("a", type), Answer("a", other));
        Assert.Equal(("invalid", "QuestionnaireResponse.item[0].answer[0].value"), (issue.Code, issue.Expression));
        Assert.StartsWith($"Item 'a' is of type {type}: its answer is a ", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"valueCoding\":{\"system\":\"http://example.org\",\"code\":\"x\"}", true)]
    [InlineData("\"valueCoding\":{\"system\":\"http://example.org\",\"code\":\"y\"}", false)]
    [InlineData("\"valueCoding\":{\"system\":\"http://example.com\",\"code\":\"x\"}", false)]
    [InlineData("\"valueString\":\"x\"", false)]
    public void Validate_Choice_IsOneOfItsOptions(string answer, bool valid) =>
        Assert.Equal(valid, Validate(Item("a", "choice", ""","answerOption":[{"valueCoding":{"system":"http://example.org","code":"x"}}]"""), Answer("a", answer)).IsValid);

    [Fact]
    public void Validate_OpenChoice_TakesAFreeTextButNoOtherCode()
    {
        string form = Item("a", "open-choice", ""","answerOption":[{"valueCoding":{"code":"x"}}]""");
        Accepts(form, Answer("a", "\"valueString\":\"anything\""));
        Refuses(form, Answer("a", "\"valueCoding\":{\"code\":\"y\"}"));
    }

    [Theory]
    [InlineData("integer", "\"valueInteger\":1", "\"valueInteger\":2")]
    [InlineData("date", "\"valueDate\":\"2020-01-01\"", "\"valueDate\":\"2020-01-02\"")]
    [InlineData("time", "\"valueTime\":\"10:00:00\"", "\"valueTime\":\"10:00:01\"")]
    [InlineData("string", "\"valueString\":\"x\"", "\"valueString\":\"X\"")]
    public void Validate_OptionsOfEachType_AreComparedByValue(string type, string listed, string other)
    {
        string form = Item("a", type, $",\"answerOption\":[{{{listed}}}]");
        Accepts(form, Answer("a", listed));
        Refuses(form, Answer("a", other));
    }

    [Fact]
    public void Validate_ExclusiveOption_StandsAlone()
    {
        string form = Item("a", "choice", $",\"repeats\":true,\"answerOption\":[{{\"valueCoding\":{{\"code\":\"x\"}}}},{{\"extension\":[{Extension("questionnaire-optionExclusive", "\"valueBoolean\":true")}],\"valueCoding\":{{\"code\":\"none\"}}}}]");
        Accepts(form, Answer("a", "\"valueCoding\":{\"code\":\"none\"}"));
        Assert.Contains("questionnaire-optionExclusive", Refuses(form, Answer("a", "\"valueCoding\":{\"code\":\"x\"}", "\"valueCoding\":{\"code\":\"none\"}")).Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://hl7.org/fhir/ValueSet/administrative-gender", "\"system\":\"http://hl7.org/fhir/administrative-gender\",\"code\":\"female\"", true)]
    [InlineData("http://hl7.org/fhir/ValueSet/administrative-gender", "\"system\":\"http://hl7.org/fhir/administrative-gender\",\"code\":\"f\"", false)]
    [InlineData("http://example.org/none", "\"code\":\"f\"", true)]
    public void Validate_AnswerValueSet_IsLookedUpWhereItIsKnown(string valueSet, string coding, bool valid) =>
        Assert.Equal(valid, Validate(Item("a", "choice", $",\"answerValueSet\":\"{valueSet}\""), Answer("a", $"\"valueCoding\":{{{coding}}}")).IsValid);

    [Theory]
    [InlineData("string", ",\"maxLength\":3", "\"valueString\":\"王王王\"", true)]
    [InlineData("string", ",\"maxLength\":2", "\"valueString\":\"abc\"", false)]
    [InlineData("string", "minLength=\"valueInteger\":3", "\"valueString\":\"ab\"", false)]
    [InlineData("string", "regex=\"valueString\":\"[a-z]{2}\"", "\"valueString\":\"ab\"", true)]
    [InlineData("string", "regex=\"valueString\":\"[a-z]{2}\"", "\"valueString\":\"abc\"", false)]
    [InlineData("string", "regex=\"valueString\":\"[\"", "\"valueString\":\"abc\"", true)]
    [InlineData("string", "regex=\"valueString\":\"(a+)+\\\\1$\"", "\"valueString\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"", true)]
    [InlineData("integer", "minValue=\"valueInteger\":3", "\"valueInteger\":2", false)]
    [InlineData("integer", "maxValue=\"valueInteger\":3", "\"valueInteger\":3", true)]
    [InlineData("decimal", "maxValue=\"valueDecimal\":3.5", "\"valueDecimal\":3.51", false)]
    [InlineData("decimal", "maxDecimalPlaces=\"valueInteger\":2", "\"valueDecimal\":3.514", false)]
    [InlineData("decimal", "maxDecimalPlaces=\"valueInteger\":2", "\"valueDecimal\":3.50", true)]
    [InlineData("date", "minValue=\"valueDate\":\"2020\"", "\"valueDate\":\"2019-12-31\"", false)]
    [InlineData("date", "minValue=\"valueDate\":\"2020\"", "\"valueDate\":\"2020-06-01\"", true)]
    [InlineData("time", "maxValue=\"valueTime\":\"12:00:00\"", "\"valueTime\":\"12:00:01\"", false)]
    [InlineData("attachment", "maxSize=\"valueDecimal\":0.000001", "\"valueAttachment\":{\"data\":\"QUJD\"}", false)]
    [InlineData("attachment", "mimeType=\"valueCode\":\"image/png\"", "\"valueAttachment\":{\"contentType\":\"image/jpeg\"}", false)]
    [InlineData("attachment", "mimeType=\"valueCode\":\"image/png\"", "\"valueAttachment\":{\"contentType\":\"IMAGE/PNG; a=b\"}", true)]
    [InlineData("quantity", "questionnaire-unitOption=\"valueCoding\":{\"system\":\"http://unitsofmeasure.org\",\"code\":\"kg\"}", "\"valueQuantity\":{\"value\":1,\"system\":\"http://unitsofmeasure.org\",\"code\":\"g\"}", false)]
    [InlineData("quantity", "questionnaire-unitOption=\"valueCoding\":{\"system\":\"http://unitsofmeasure.org\",\"code\":\"kg\"}", "\"valueQuantity\":{\"value\":1,\"system\":\"http://unitsofmeasure.org\",\"code\":\"kg\"}", true)]
    [InlineData("reference", "questionnaire-referenceResource=\"valueCode\":\"Patient\"", "\"valueReference\":{\"reference\":\"Group/1\"}", false)]
    [InlineData("reference", "questionnaire-referenceResource=\"valueCode\":\"Patient\"", "\"valueReference\":{\"reference\":\"Patient/1/_history/2\"}", true)]
    public void Validate_Limit_HoldsForTheAnswer(string type, string limit, string answer, bool valid)
    {
        int split = limit.IndexOf('=', StringComparison.Ordinal);
        string more = split < 0 || limit[0] == ',' ? limit : $",\"extension\":[{Extension(limit[..split], limit[(split + 1)..])}]";
        Assert.Equal(valid, Validate(Item("a", type, more), Answer("a", answer)).IsValid);
    }

    [Fact]
    public void Validate_QuantityLimits_CompareAlikeUnitsAndWarnOfOthers()
    {
        string form = Item("a", "quantity", ",\"extension\":[{\"url\":\"http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-maxQuantity\",\"valueQuantity\":{\"value\":5,\"unit\":\"stone\"}}]");
        Assert.Contains("at most 5 stone", Refuses(form, Answer("a", "\"valueQuantity\":{\"value\":6,\"unit\":\"stone\"}")).Diagnostics, StringComparison.Ordinal);
        Accepts(form, Answer("a", "\"valueQuantity\":{\"value\":5.0,\"unit\":\"stone\"}"));
        Assert.Contains(Validate(form, Answer("a", "\"valueQuantity\":{\"value\":6,\"unit\":\"bag\"}")).Issues, i => i.Severity == IssueSeverity.Warning && i.Diagnostics.Contains("units differ", StringComparison.Ordinal));
    }

    [Fact]
    public void Validate_LineBreaksInAString_AreAWarning()
    {
        Assert.Contains(Validate(Item("a", "string"), Answer("a", "\"valueString\":\"a\\nb\"")).Issues, i => i.Severity == IssueSeverity.Warning && i.Code == "value");
        Assert.DoesNotContain(Validate(Item("a", "text"), Answer("a", "\"valueString\":\"a\\nb\"")).Issues, i => i.Code == "value");
    }

    [Fact]
    public void Validate_Answer_IsNeverShownInAMessage()
    {
        foreach (string form in new[] { Item("a", "integer"), Item("a", "string", ""","maxLength":1"""), Item("a", "string", ""","answerOption":[{"valueString":"x"}]""") })
        {
            Assert.DoesNotContain("Confidential", Refuses(form, Answer("a", "\"valueString\":\"Confidential\"")).Diagnostics, StringComparison.Ordinal);
        }
    }
}
