using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Language.Conditions;
using Consortium.Adapters.Hl7V2.Language.Run;
using Consortium.Adapters.Hl7V2.Types;

namespace Consortium.Adapters.Hl7V2.Language.Conversions;

/// <summary>Parameters of a built-in function, as <c>with</c> gives them.</summary>
/// <param name="Kind">What is numbered, for a number without an authority.</param>
/// <param name="Type">Code of table 0203 for an identifier that has none.</param>
/// <param name="Use">Use of a telecom that has none.</param>
/// <param name="Without">A use that the element must not have: FHIR has no home for an organization (organization.html, org-2 and org-3).</param>
/// <param name="Unit">The field of the unit.</param>
/// <param name="Start">The field of the time that a duration is counted from.</param>
internal sealed record FunctionParameters(string Kind, string? Type, string? Use, string? Without, Place? Unit, Place? Start);

/// <summary>A built-in function: what it gives, which parameters it takes, and how it is made.</summary>
internal sealed record Function(string Result, string[] Parameters, Func<FunctionParameters, ValueConverter> Make);

/// <summary>The conversions that a table cannot say: assigning authorities, UCUM units, OBX-5 by OBX-2, references to people and places.</summary>
internal static class Functions
{
    private static readonly string[] None = [];
    private static readonly string[] Numbered = ["kind", "type"];
    private static readonly string[] Measured = ["unit"];
    private static readonly string[] Counted = ["start", "unit"];

    private static readonly Dictionary<string, Function> All = new(StringComparer.Ordinal)
    {
        ["CX[Identifier]"] = new("Identifier", Numbered, with => Of((in value, _, run) => Identifiers.FromCx(value, run.Conversion, with.Kind, with.Type)?.Json)),
        ["EI[Identifier]"] = new("Identifier", Numbered, with => Of((in value, _, run) => Identifiers.FromEi(value, run.Conversion, with.Kind, with.Type)?.Json)),
        ["ST[Identifier]"] = new("Identifier", Numbered, with => Of((in value, _, run) => Identifiers.FromText(value, run.Conversion, with.Kind, with.Type)?.Json)),
        ["HD[uri]"] = new("uri", None, _ => Of(static (in value, _, run) => Primitives.Text(Identifiers.Authority(value, run.Conversion)))),
        ["ID[uri]"] = new("uri", None, _ => Of(static (in value, _, run) => Primitives.Text(Codes.System(value.Text, run.Conversion)))),
        ["HD[string]"] = new("string", None, _ => Of(static (in value, _, _) => Primitives.Text(value[1].Text ?? value[2].Text))),
        ["XPN[HumanName]"] = new("HumanName", None, _ => Of(static (in value, _, run) => Names.FromXpn(value, run.Conversion))),
        ["XPN[string]"] = new("string", None, _ => Of(static (in value, _, run) => Primitives.Text(Names.Display(Names.FromXpn(value, run.Conversion))))),
        ["XCN[HumanName]"] = new("HumanName", None, _ => Of(static (in value, _, run) => Names.FromXcn(value, run.Conversion))),
        ["XCN[string]"] = new("string", None, _ => Of(static (in value, _, run) => Primitives.Text(Names.Display(Names.FromXcn(value, run.Conversion))))),
        ["XCN[Practitioner]"] = new("Practitioner", None, _ => Of(static (in value, _, run) => People.Practitioner(value, run.Conversion))),
        ["XON[string]"] = new("string", None, _ => Of(static (in value, _, _) => Primitives.Text(value[1].Text))),
        ["XON[Organization]"] = new("Organization", None, _ => Of(static (in value, _, run) => People.Organization(value, run.Conversion))),
        ["PL[string]"] = new("string", None, _ => Of(static (in value, _, _) => PlaceName(value))),
        ["PL[Location]"] = new("Location", None, _ => Of(static (in value, _, run) => Places.Location(value, run.Conversion))),
        ["XAD[Address]"] = new("Address", ["without"], with => Of((in value, _, run) => WithoutUse(Contacts.Address(value, run.Conversion), with.Without))),
        ["SAD[Address]"] = new("Address", None, _ => Of(static (in value, _, run) => Contacts.Address(value, run.Conversion))),
        ["AD[Address]"] = new("Address", None, _ => Of(static (in value, _, run) => Contacts.Address(value, run.Conversion))),
        ["XTN[ContactPoint]"] = new("ContactPoint", ["use", "without"], with => Of((in value, _, run) => WithoutUse(Contacts.Telecom(value, run.Conversion, with.Use), with.Without))),
        ["NM[Quantity]"] = new("Quantity", Measured, with => Of((in value, scope, run) => Quantities.FromNm(value, UnitOf(with, scope, run), run.Conversion))),
        ["CQ[Quantity]"] = new("Quantity", None, _ => Of(static (in value, _, run) => Quantities.FromCq(value, run.Conversion))),
        ["CWE[Quantity]"] = new("Quantity", None, _ => Of(static (in value, _, run) => UnitQuantity(Unit.Read(value, run.Conversion)))),
        ["CE[Quantity]"] = new("Quantity", None, _ => Of(static (in value, _, run) => UnitQuantity(Unit.Read(value, run.Conversion)))),
        ["SN[Quantity]"] = new("Quantity", Measured, with => Structured("valueQuantity", with)),
        ["SN[Range]"] = new("Range", Measured, with => Structured("valueRange", with)),
        ["SN[Ratio]"] = new("Ratio", Measured, with => Structured("valueRatio", with)),
        ["NR[Range]"] = new("Range", Measured, with => Of((in value, scope, run) => Quantities.FromNr(value, UnitOf(with, scope, run), run.Conversion))),
        ["DR[Period]"] = new("Period", None, _ => Of(static (in value, _, run) => Element.Period(Times.DateTime(value[1], run.Conversion), Times.DateTime(value[2], run.Conversion)))),
        ["ED[Attachment]"] = new("Attachment", None, _ => Of(static (in value, _, run) => EncapsulatedData.FromEd(value, run.Conversion))),
        ["RP[Attachment]"] = new("Attachment", None, _ => Of(static (in value, _, run) => EncapsulatedData.FromRp(value, run.Conversion))),
        ["ST[Annotation]"] = new("Annotation", None, _ => Note),
        ["TX[Annotation]"] = new("Annotation", None, _ => Note),
        ["FT[Annotation]"] = new("Annotation", None, _ => Note),
        ["CWE[Annotation]"] = new("Annotation", None, _ => Of(static (in value, _, _) => Element.Annotation(value[9].Text ?? value[2].Text ?? value[1].Text))),
        ["ST[base64Binary]"] = new("base64Binary", None, _ => TextBytes),
        ["TX[base64Binary]"] = new("base64Binary", None, _ => TextBytes),
        ["FT[base64Binary]"] = new("base64Binary", None, _ => TextBytes),
        ["NM[dateTime-After]"] = new("dateTime", Counted, with => Shifted(with, 1)),
        ["NM[instant-After]"] = new("instant", Counted, with => Shifted(with, 1)),
        ["CQ[dateTime-After]"] = new("dateTime", Counted, with => Shifted(with, 1)),
        ["CQ[dateTime-Before]"] = new("dateTime", Counted, with => Shifted(with, -1)),
        ["OBX[value]"] = new("Observation", None, _ => new ObservationValueConverter()),
        ["OBX[referenceRange]"] = new("Observation.referenceRange", None, _ => new ReferenceRangeConverter()),
    };

    // FHIR's Attachment holds bytes: a text is its UTF-8 ones.
    private static ValueConverter TextBytes => Of(static (in value, _, _) =>
        value.WholeText is { } text ? Primitives.Text(System.Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text))) : null);

    private static ValueConverter Note => Of(static (in value, _, _) => Element.Annotation(value.WholeText));

    /// <summary>The names of the functions.</summary>
    public static IEnumerable<string> NamesOfAll => All.Keys;

    /// <summary>The function of this name; null where there is none.</summary>
    public static Function? Find(string name) => All.GetValueOrDefault(name);

    private static FunctionConverter Of(ConvertValue convert) => new(convert);

    private static FunctionConverter Structured(string wanted, FunctionParameters with) => new((in value, scope, run) =>
    {
        if (Quantities.FromSn(value, UnitOf(with, scope, run), run.Conversion) is not { } made) return null;
        if (made.Name == wanted) return made.Value;
        run.Conversion.Error("value", value, $"the structured numeric is no {wanted["value".Length..]}; the map needs a condition on its separator, or `as: OBX[value]`.");
        return null;
    });

    // The unit of a CQ is its second component; of an NM, the field that `unit` names.
    private static FunctionConverter Shifted(FunctionParameters with, int sign) => Of((in value, scope, run) =>
    {
        if (with.Start is null || !with.Start.TryFind(scope, out Er7Value start)) return null;
        string? unit = with.Unit is null ? value[2].Text : with.Unit.TryFind(scope, out Er7Value named) ? named.Text : null;
        return Primitives.Text(Durations.From(value[1], unit, start, sign, run.Conversion));
    });

    private static Unit UnitOf(FunctionParameters with, Scope scope, MapRun run) =>
        with.Unit is not null && with.Unit.TryFind(scope, out Er7Value unit) ? Unit.Read(unit, run.Conversion) : default;

    private static DraftObject? WithoutUse(DraftObject? made, string? use)
    {
        if (use is not null && (string?)made?["use"] == use) made!.Remove("use");
        return made;
    }

    private static DraftObject? UnitQuantity(Unit unit)
    {
        if (unit.Text is null) return null;
        DraftObject quantity = new DraftObject().Set("unit", unit.Text);
        return unit.Ucum is null ? quantity : quantity.Set("system", CodeSystems.Ucum).Set("code", unit.Ucum);
    }

    private static DraftValue? PlaceName(Er7Value value)
    {
        string name = string.Join(' ', new[] { value[9].Text, value[4][1].Text, value[7].Text, value[8].Text, value[1][1].Text, value[2].Text, value[3].Text }.Where(part => part is not null));
        return Primitives.Text(name);
    }

    /// <summary>OBX-5 by OBX-2, all repetitions together: several values are components, lines of text one text.</summary>
    private sealed class ObservationValueConverter : ValueConverter
    {
        public override bool TakesWholeField => true;

        public override DraftNode? Convert(in Er7Value value, Scope scope, MapRun run) => null;

        public override bool Fill(DraftObject target, in Er7Value value, Scope scope, MapRun run)
        {
            int before = target.Count;
            ObservationValues.Set(target, scope.Segment, run.Conversion);
            return target.Count > before;
        }
    }

    /// <summary>OBX-7 with the unit of OBX-6.</summary>
    private sealed class ReferenceRangeConverter : ValueConverter
    {
        public override bool TakesWholeField => true;

        public override DraftNode? Convert(in Er7Value value, Scope scope, MapRun run) => ReferenceRanges.Read(scope.Segment, run.Conversion);
    }
}
