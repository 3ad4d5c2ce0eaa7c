using Consortium.Fhir.Definitions;
using Consortium.Fhir.Expressions;
using Consortium.Fhir.Expressions.Typing;

namespace Consortium.Fhir.Tests.Paths;

/// <summary>Strict mode: elements that cannot exist are errors (FHIRPath N1 10, type safety and strict evaluation).</summary>
public sealed class StrictModeTests
{
    private static FhirPathException Refused(string type, string expression) =>
        Assert.Throws<FhirPathException>(() => FhirPath.Compile(expression, strict: true).Check(type));

    [Theory]
    [InlineData("Patient", "name.given1", "position 6", "HumanName has no element 'given1'")]
    [InlineData("Patient", "Encounter.name.given", "position 1", "starts at Encounter, the context is Patient")]
    [InlineData("Patient", "Patient.Name", "position 9", "name is meant")]
    [InlineData("Observation", "Observation.valueQuantity.unit", "position 13", "write value.ofType(Quantity)")]
    [InlineData("Observation", "(Observation.value as Period).unit", "position 31", "Period has no element 'unit'")]
    [InlineData("Observation", "value.ofType(Quantity).start", "position 24", "Quantity has no element 'start'")]
    [InlineData("Patient", "name.where(used = 'official')", "position 12", "'used'")]
    [InlineData("Patient", "name.select(given | first)", "position 21", "'first'")]
    [InlineData("Patient", "contact.name.exists(prefixes.empty())", "position 21", "'prefixes'")]
    [InlineData("Questionnaire", "repeat(items)", "position 8", "'items'")]
    [InlineData("Questionnaire", "repeat(item).linkID", "position 14", "linkId is meant")]
    [InlineData("Bundle", "entry.resource.nonsense", "position 16", "'nonsense'")]
    [InlineData("Patient", "iif(active, name, contact).family.foo", "position 35", "'foo'")]
    [InlineData("Patient", "managingOrganization.resolve().nonsense", "position 32", "'nonsense'")]
    [InlineData("Patient", "extension('http://x').values", "position 23", "Extension has no element 'values'")]
    [InlineData("Patient", "Patient.children().skip(1)", "position 20", "order")]
    [InlineData("Patient", "Patient.descendants()[0]", "position 22", "order")]
    [InlineData("Patient", "Patient.children().where($this is string).first()", "position 43", "order")]
    [InlineData("Patient", "name.given.toString().length().foo", "position 32", "'foo'")]
    [InlineData("Patient", "iif(name.given.toString(), 1, 2)", "position 16", "criterion")]
    [InlineData("HumanName", "given.foo", "position 7", "string has no element 'foo'")]
    [InlineData("Patient", "%resource.nme", "position 11", "'nme'")]
    public void Check_ElementThatCannotExist_IsRefusedWithItsPosition(string type, string expression, string position, string what)
    {
        FhirPathException refused = Refused(type, expression);
        Assert.Contains(position + ":", refused.Message, StringComparison.Ordinal);
        Assert.Contains(what, refused.Message, StringComparison.Ordinal);
        Assert.NotNull(refused.Position);
    }

    [Theory]
    [InlineData("Patient", "Patient.name.given | contact.name.family")]
    [InlineData("Patient", "DomainResource.text.div")]
    [InlineData("Patient", "Resource.id")]
    [InlineData("Observation", "value.unit | value.start")]
    [InlineData("Observation", "value.ofType(Quantity).value")]
    [InlineData("Observation", "component.value.coding.code")]
    [InlineData("Bundle", "entry.resource.name.given")]
    [InlineData("Bundle", "entry.resource.ofType(Patient).birthDate")]
    [InlineData("Patient", "managingOrganization.resolve().name")]
    [InlineData("Patient", "descendants().anything.at.all")]
    [InlineData("Patient", "children().given")]
    [InlineData("Patient", "birthDate.extension.value.ofType(dateTime)")]
    [InlineData("Questionnaire", "repeat(item).linkId")]
    [InlineData("Questionnaire", "repeat(item | text).extension")]
    [InlineData("ValueSet", "expansion.repeat(contains).code")]
    [InlineData("Patient", "name.aggregate($total.anything + 1)")]
    [InlineData("Patient", "name.first().type().name")]
    [InlineData("Patient", "{}.anything")]
    [InlineData("Patient", "defineVariable('n', name).select(%n.given)")]
    [InlineData("Patient", "%context.name.given | %rootResource.whatever")]
    [InlineData("Patient", "(1 'mg').value")]
    [InlineData("Age", "value > 0")]
    public void Check_WhatMayExist_Passes(string type, string expression) => FhirPath.Compile(expression, strict: true).Check(type);

    [Fact]
    public void Check_UnknownVariableType_IsNotGuessed() =>
        Assert.Contains("'foo'", Refused("Patient", "defineVariable('n', name).select(%n.foo)").Message, StringComparison.Ordinal);

    [Fact]
    public void Evaluate_NotStrict_GivesEmpty() => Assert.Empty(Evaluating.Values("Patient.given1"));

    [Fact]
    public void Check_UnknownType_IsRefused() => Refused("Nonsense", "id");

    /// <summary>The invariants of R4 itself are right by their types but for one, so any other that is refused is a false error.</summary>
    [Fact]
    public void Check_EveryInvariantOfR4_Passes()
    {
        R4Tables tables = R4Tables.Instance;
        List<string> refused = [];
        int count = 0;
        void CheckList(int start, int length, StaticType context, string where)
        {
            for (int i = start; i < start + length; i++)
            {
                InvariantRow row = tables.Invariants[tables.InvariantLists[i]];
                count++;
                try
                {
                    TypeChecker.Check(Parser.Syntax(tables.Text(row.Expression)), context, StaticType.Any);
                }
                catch (FhirPathException e)
                {
                    refused.Add($"{where} {tables.Text(row.Key)}: {e.Message} | {tables.Text(row.Expression)}");
                }
            }
        }

        for (int type = 1; type < tables.Types.Length; type++)
        {
            CheckList(tables.Types[type].InvariantStart, tables.Types[type].InvariantCount, ModelTypes.OfRow(type), tables.Text(tables.Types[type].Path));
        }

        foreach (ElementRow element in tables.Elements.Skip(1))
        {
            StaticType context = StaticType.Of(Enumerable.Range(element.TypeStart, element.TypeCount).Select(t => tables.ElementTypes[t].Type));
            CheckList(element.InvariantStart, element.InvariantCount, context, tables.Text(element.Path));
        }

        Assert.True(count > 500, $"Only {count} invariants.");
        // ChargeItemDefinition repeats cid-0 although it has no name: the one fault of its kind in R4.
        Assert.StartsWith("ChargeItemDefinition cid-0: ", Assert.Single(refused), StringComparison.Ordinal);
    }
}
