using Consortium.Adapters.Hl7V2.Language.Conditions;
using Consortium.Adapters.Hl7V2.Language.Conversions;
using Consortium.Adapters.Hl7V2.Language.Model;
using Consortium.Adapters.Hl7V2.Language.Paths;
using Consortium.Adapters.Hl7V2.Language.Plans;
using Consortium.Adapters.Hl7V2.Types;
using Consortium.Fhir;
using Consortium.Messaging;

namespace Consortium.Adapters.Hl7V2.Language.Compile;

/// <summary>Chooses the conversion that a row asks for with <c>as</c> and <c>table</c>, and checks that its element takes what it makes.</summary>
internal sealed class ConverterChoice(MapCompiler maps)
{
    /// <summary>Data types that hold one code or a coded value.</summary>
    private static readonly string[] Coded = ["CWE", "CE", "CNE", "CF", "IS", "ID", "ST", "SI", "NM"];

    /// <summary>The conversion of a row.</summary>
    public ValueConverter For(RowModel row, Place from, TargetPath to, RowMapModel model, RowMapPlan plan)
    {
        string type = to.Type.Name;
        CodeMap? table = row.Table is null ? null : maps.FindTable(row.Table);
        bool requiredBinding = to.Leaf is { HasRequiredBinding: true };
        if (row.As is null)
        {
            if (table is not null) return CodedValues.To(type, table, row.Strict, requiredBinding) ?? throw row.Table!.Fault($"a code table goes to a code, Coding or CodeableConcept, and {to.Text} is a {type}.");
            return Primitives.Find(type) is { } own
                ? new FunctionConverter(own)
                : throw row.At.Fault($"{to.Text} is a {type}; say with `as` how {from.Text} becomes one, such as {Suggestion(type)}.");
        }

        string name = row.As.Value;
        if (Primitives.Find(name) is { } primitive)
        {
            if (table is not null && name is "code" or "string" && CodedValues.To(type, table, row.Strict, requiredBinding) is { } mapped) return mapped;
            if (table is not null) throw row.Table!.Fault($"a code table does not go with `as: {name}`.");
            if (!to.Type.IsPrimitive || !Primitives.Fits(name == "text" ? "string" : name, type)) throw row.As.Fault($"{to.Text} is a {type}, and `{name}` makes a {(name == "text" ? "string" : name)}.");
            return new FunctionConverter(primitive);
        }

        if (maps.Type(name) is { } typeMap) return Mapped(row, to, typeMap.Plan, typeMap.Model, table);
        if (Functions.Find(name) is { } function) return BuiltIn(row, to, function, model, table);
        MapName coded = MapName.Read(row.As);
        string target = FhirElementType.Find(coded.Target)?.Name ?? char.ToLowerInvariant(coded.Target[0]) + coded.Target[1..];
        if (Coded.Contains(coded.Source) && CodedValues.To(target, table, row.Strict, requiredBinding) is { } converter)
        {
            if (!Fits(target, to)) throw row.As.Fault($"{to.Text} is a {type}, and {name} makes a {target}.");
            if (row.With.Count > 0) throw row.With.Values.First().Fault($"{name} has no parameters.");
            return converter;
        }

        // A data type of one simple value, under the name that HL7's tables give it: DTM[dateTime], NM[positiveInt].
        if (Primitives.Find(target) is { } simple && table is null && Fits(target, to)) return new FunctionConverter(simple);
        throw row.As.Fault($"there is no conversion {name}{Nearest.Hint(name, maps.Conversions)}.");
    }

    private static ValueConverter Mapped(RowModel row, TargetPath to, RowMapPlan plan, RowMapModel model, CodeMap? table)
    {
        if (table is not null) throw row.Table!.Fault($"{plan.Name} is a type map, whose own rows name their tables.");
        if (row.With.Count > 0) throw row.With.Values.First().Fault($"{plan.Name} is a type map and has no parameters.");
        if (!Fits(plan.Target.Name, to)) throw row.As!.Fault($"{to.Text} is a {to.Type.Name}, and {plan.Name} makes a {plan.Target.Name}.");
        if (!plan.Target.IsResource || to.Type.Name == plan.Target.Name) return new TypeMapConverter(plan);
        return new ResourceMapConverter(
            plan,
            model.Identity is null ? null : MapCompiler.Identity(model.Identity, model.Name, isType: true),
            MapCompiler.Apply(model.Apply, ApplyMode.CreateIfAbsent));
    }

    private static ValueConverter BuiltIn(RowModel row, TargetPath to, Function function, RowMapModel model, CodeMap? table)
    {
        if (table is not null) throw row.Table!.Fault($"{row.As!.Value} goes through no code table.");
        if (!Fits(function.Result, to)) throw row.As!.Fault($"{to.Text} is a {to.Type.Name}, and {row.As.Value} makes a {function.Result}.");
        foreach ((string key, MapText value) in row.With)
        {
            if (!function.Parameters.Contains(key)) throw value.Fault($"{row.As!.Value} has no parameter {key}{Nearest.Hint(key, function.Parameters)}. Known: {(function.Parameters.Length == 0 ? "none" : string.Join(", ", function.Parameters))}.");
        }

        MapText? unit = row.With.GetValueOrDefault("unit");
        MapText? start = row.With.GetValueOrDefault("start");
        if (start is null && function.Parameters.Contains("start")) throw row.As!.Fault($"{row.As.Value} needs `with: {{start: …}}`, the field of the time that is counted from.");
        ValueConverter made = function.Make(new FunctionParameters(
            row.With.GetValueOrDefault("kind")?.Value ?? Kind(model.Name.Target),
            row.With.GetValueOrDefault("type")?.Value,
            row.With.GetValueOrDefault("use")?.Value,
            row.With.GetValueOrDefault("without")?.Value,
            unit is null ? null : Place.Read(unit.Value, model.Name, model.IsType, unit.Fault),
            start is null ? null : Place.Read(start.Value, model.Name, model.IsType, start.Fault)));
        return made;
    }

    // What a resource's own identifiers number, where the row does not say: Encounter the visit, ServiceRequest the service request.
    private static string Kind(string target) => target switch
    {
        "Patient" => Identifiers.PatientKind,
        "Encounter" => "visit",
        _ => string.Concat(target.Select((c, i) => char.IsAsciiLetterUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString())),
    };

    private static bool Fits(string made, TargetPath to)
    {
        string type = to.Type.Name;
        if (made == type || Primitives.Fits(made, type)) return true;
        if (made is "Quantity" && type is "Age" or "Duration" or "Count" or "Distance" or "MoneyQuantity" or "SimpleQuantity" && made is "Quantity") return true;
        return type == "Reference" && FhirR4.IsResourceType(made)
            && (to.Leaf!.ReferenceTargets.Count == 0 || to.Leaf.ReferenceTargets.Contains(made));
    }

    private static string Suggestion(string type) => type switch
    {
        "CodeableConcept" or "Coding" => $"CWE[{type}]",
        "Identifier" => "CX[Identifier]",
        "HumanName" => "XPN[HumanName]",
        "Address" => "XAD[Address]",
        "ContactPoint" => "XTN[ContactPoint]",
        "Reference" => "XCN[Practitioner]",
        "Quantity" => "CQ[Quantity]",
        "Period" => "DR[Period]",
        _ => $"a type map SOURCE[{type}]",
    };
}
