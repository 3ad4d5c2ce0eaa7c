using System.Globalization;
using System.Text.Json;
using Consortium.Fhir.Model;

namespace Consortium.Fhir.Tests;

/// <summary>FHIR R4 datatypes.html, json.html: how objects of the model behave in a vendor's hands.</summary>
public sealed class ModelTests
{
    private static string Json(Action<Patient> fill)
    {
        Patient patient = new();
        fill(patient);
        return patient.ToJson();
    }

    private static FhirFormatException Refused(string json) => Assert.Throws<FhirFormatException>(() => FhirJson.Parse<Resource>(json));

    [Fact]
    public void NewPatient_IsWrittenInTheOrderOfTheDefinition() =>
        Assert.Equal(
            """{"resourceType":"Patient","id":"p","active":true,"name":[{"family":"王","given":["a","b"]}],"gender":"female","birthDate":"1980-05-17"}""",
            new Patient
            {
                BirthDate = new DateOnly(1980, 5, 17),
                Gender = AdministrativeGender.Female,
                Name = [new HumanName { Given = ["a", "b"], Family = "王" }],
                Active = true,
                Id = "p",
            }.ToJson());

    [Fact]
    public void List_IsNeverNull_AndEmptyIsAbsent()
    {
        Patient patient = new();
        Assert.Empty(patient.Name);
        patient.Telecom = [];
        Assert.Equal("""{"resourceType":"Patient"}""", patient.ToJson());
        patient.Name.Add(new HumanName { Family = "x" });
        Assert.Single(patient.Name);
    }

    [Fact]
    public void PrimitiveItems_KeepValuesAndExtensionsInStep() =>
        Assert.Equal(
            """{"resourceType":"Patient","name":[{"given":["a",null,"c"],"_given":[null,{"id":"b"},null]}]}""",
            Json(p => p.Name = [new HumanName { Given = ["a", new FhirString { Id = "b" }, "c"] }]));

    [Fact]
    public void PrimitiveWithNothing_IsNoElement() =>
        Assert.Equal("""{"resourceType":"Patient","name":[{"given":["a"]}]}""", Json(p => (p.Language, p.Name) = (new FhirCode(), [new HumanName { Given = ["a", new FhirString()] }])));

    [Fact]
    public void Code_OfNoValueSet_IsKeptAndReadable()
    {
        Patient patient = FhirJson.Parse<Patient>("""{"resourceType":"Patient","gender":"robot"}""");
        Assert.Null(patient.Gender!.Value);
        Assert.Equal("robot", patient.Gender.Literal);
        Assert.Contains("\"gender\":\"robot\"", patient.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void Code_ComparesWithItsEnum()
    {
        Patient patient = FhirJson.Parse<Patient>("""{"resourceType":"Patient","gender":"female"}""");
        Assert.True(patient.Gender == AdministrativeGender.Female);
        Assert.Equal("<=", new Quantity { Comparator = QuantityComparator.LessOrEqual }.Comparator!.Literal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Code<AdministrativeGender>((AdministrativeGender)99));
    }

    [Fact]
    public void String_ComparesWithText() => Assert.True(new HumanName { Family = "王" }.Family == "王");

    [Theory]
    [InlineData("1.50", "1.50")]
    [InlineData("1e3", "1000")]
    [InlineData("-0.0", "0.0")]
    public void Decimal_KeepsItsCharacters(string literal, string value)
    {
        Observation observation = FhirJson.Parse<Observation>($$$"""{"resourceType":"Observation","valueQuantity":{"value":{{{literal}}}}}""");
        FhirDecimal number = Assert.IsType<Quantity>(observation.Value).Value!;
        Assert.Equal(literal, number.Literal);
        Assert.Equal(decimal.Parse(value, CultureInfo.InvariantCulture), number.Value);
        Assert.Contains($"\"value\":{literal}", observation.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void Decimal_BeyondDotNet_IsKeptWithoutAValue()
    {
        FhirDecimal huge = FhirDecimal.Parse("1e999");
        Assert.Null(huge.Value);
        Assert.Equal("1.50", ((FhirDecimal)1.50m).Literal);
        Assert.Equal("7", ((FhirDecimal)7).Literal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("+1")]
    [InlineData("01")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("1,5")]
    [InlineData("NaN")]
    [InlineData("1e")]
    public void Decimal_ThatIsNoJsonNumber_IsRefused(string text) => Assert.Throws<FormatException>(() => FhirDecimal.Parse(text));

    [Fact]
    public void Numbers_DoNotDependOnTheCulture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo(string.Empty) { NumberFormat = new NumberFormatInfo { NumberDecimalSeparator = ",", NegativeSign = "~" } };
            Assert.Equal("-1.5", ((FhirDecimal)(-1.5m)).Literal);
            Assert.Equal(-1.5m, FhirDecimal.Parse("-1.5").Value);
            Assert.Equal(-3, new FhirInteger { Literal = "-3" }.Value);
            Assert.Equal("2024-05-17T08:30:00.5-03:30", new FhirDateTime(new DateTimeOffset(2024, 5, 17, 8, 30, 0, 500, new TimeSpan(-3, -30, 0))).Literal);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void WrongType_DoesNotGetPastTheWriter()
    {
        Observation observation = new() { Value = new Age { Value = 5 } };
        Assert.Contains("Observation.value[x] has no type Age", Assert.Throws<InvalidOperationException>(() => observation.ToJson()).Message, StringComparison.Ordinal);
        Assert.False(typeof(IObservationValue).IsAssignableFrom(typeof(FhirDate)));
        Assert.False(typeof(IObservationValue).IsAssignableFrom(typeof(FhirCode)));
        Assert.True(typeof(IObservationValue).IsAssignableFrom(typeof(FhirDateTime)));
    }

    [Fact]
    public void ObjectThatContainsItself_IsRefused()
    {
        Questionnaire.ItemComponent item = new();
        item.Item.Add(item);
        Questionnaire questionnaire = new() { Item = [item] };
        Assert.Throws<InvalidOperationException>(() => questionnaire.ToJson());
        Assert.Throws<InvalidOperationException>(() => questionnaire.DeepCopy());
    }

    [Fact]
    public void DeepCopy_SharesNothing()
    {
        Patient patient = new() { Name = [new HumanName { Given = ["a"] }], Contained = [new Basic { Id = "b" }] };
        Patient copy = patient.DeepCopy();
        Assert.True(copy.DeepEquals(patient));
        copy.Name[0].Given[0].Value = "changed";
        Assert.False(copy.DeepEquals(patient));
        Assert.Equal("a", patient.Name[0].Given[0].Value);
        Assert.NotSame(copy.Contained[0], patient.Contained[0]);
    }

    [Fact]
    public void DeepEquals_TellsCharactersOfNumbersAndExtensionsApart()
    {
        Assert.False(FhirDecimal.Parse("1.0").DeepEquals(FhirDecimal.Parse("1.00")));
        Assert.False(new FhirString("a").DeepEquals(new FhirString("a") { Id = "x" }));
        Assert.False(new FhirString("a").DeepEquals(new FhirCode("a")));
        Assert.True(new Patient().DeepEquals(new Patient { Name = [] }));
    }

    [Fact]
    public void Parse_OfAnotherResource_IsRefused() =>
        Assert.Contains("a Basic, not a Patient", Assert.Throws<FhirFormatException>(() => FhirJson.Parse<Patient>("""{"resourceType":"Basic"}""")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("{\"resourceType\":\"Patient\",\n\"name\":[{\"colour\":1}]}")]
    [InlineData("{\"resourceType\":\"Patient\",\n\"active\":\"true\"}")]
    [InlineData("{\"resourceType\":\"Patient\",\n\"birthDate\":1980}")]
    [InlineData("{\"resourceType\":\"Patient\",\n\"name\":{\"family\":\"x\"}}")]
    [InlineData("{\"resourceType\":\"Patient\",\n\"gender\":null}")]
    [InlineData("{\"resourceType\":\"Patient\",\n\"contained\":[{\"resourceType\":\"Nonsense\"}]}")]
    [InlineData("{\"resourceType\":\"Patient\",\n\"deceasedString\":\"x\"}")]
    [InlineData("{\"resourceType\":\"Patient\",\n\"deceasedBoolean\":true,\"deceasedDateTime\":\"2020\"}")]
    [InlineData("{\"resourceType\":\n\"Nonsense\"}")]
    [InlineData("{\n\"id\":\"x\"}")]
    public void Parse_OfWhatHasNoPlaceInTheModel_SaysWhere(string json)
    {
        FhirFormatException refused = Refused(json);
        Assert.True(refused.Line >= 1 && refused.Column >= 1);
        Assert.DoesNotContain("1980", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WriteTo_WritesIntoALargerJson()
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
        {
            writer.WriteStartArray();
            new Basic { Id = "b" }.WriteTo(writer);
            writer.WriteEndArray();
        }

        Assert.Equal("""[{"resourceType":"Basic","id":"b"}]""", System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Fact]
    public void ToDocument_IsWhatTheValidatorReads() =>
        Assert.True(FhirValidator.R4.Validate(new Patient { Name = [new HumanName { Family = "x" }], Text = new Narrative { Status = NarrativeStatus.Generated, Div = "<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>" } }.ToDocument()).IsValid);

    [Fact]
    public void Reading_LetsNothingOfTheInputEscapeAsAnException()
    {
        Random random = new(51);
        byte[] seed = """{"resourceType":"Patient","id":"a","_birthDate":{"id":"x"},"name":[{"given":["a",null],"_given":[null,{"id":"g"}]}],"multipleBirthInteger":2,"contained":[{"resourceType":"Basic"}]}"""u8.ToArray();
        for (int round = 0; round < 5000; round++)
        {
            byte[] input = (byte[])seed.Clone();
            for (int flips = random.Next(1, 5); flips > 0; flips--) input[random.Next(input.Length)] = (byte)random.Next(32, 127);
            try
            {
                byte[] written = FhirJson.Parse<Resource>(input).ToUtf8Json();
                Assert.Null(SameContent.Difference(input, written));
            }
            catch (FhirFormatException refused)
            {
                Assert.True(refused.Line >= 1);
            }
        }
    }
}
