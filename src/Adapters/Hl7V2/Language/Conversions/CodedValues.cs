using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Language.Conditions;
using Consortium.Adapters.Hl7V2.Language.Run;
using Consortium.Adapters.Hl7V2.Types;

namespace Consortium.Adapters.Hl7V2.Language.Conversions;

/// <summary>
/// CWE, CE, CNE, IS, ID and ST to CodeableConcept, Coding and code, through a code table where the row names one
/// (HL7 v2-to-FHIR CWE[CodeableConcept], CWE[Coding], CWE[code]).
/// </summary>
internal static class CodedValues
{
    /// <summary>Where the three codings of a CWE stand: code, text, system, version.</summary>
    private static readonly (int Code, int Text, int System, int Version)[] Codings = [(1, 2, 3, 7), (4, 5, 6, 8), (10, 11, 12, 13)];

    /// <summary>A converter to a type; null where a coded value cannot become one.</summary>
    public static ValueConverter? To(string type, CodeMap? table, bool strict, bool isRequiredBinding) => type switch
    {
        "CodeableConcept" => new FunctionConverter((in value, scope, run) => Concept(value, scope, run.Conversion, table, strict)),
        "Coding" => new FunctionConverter((in value, scope, run) => Coding(value, scope, run.Conversion, table, strict)),
        "code" or "string" or "uri" or "id" or "markdown" when table is not null => new FunctionConverter((in value, scope, run) => Code(value, scope, run.Conversion, table, strict, isRequiredBinding)),
        "code" => new FunctionConverter(Primitives.Find("code")!),
        "string" or "markdown" => new FunctionConverter(static (in value, _, _) => Display(value)),
        "uri" => new FunctionConverter(Primitives.Find("uri")!),
        "boolean" or "integer" or "positiveInt" or "unsignedInt" or "decimal" or "dateTime" or "date" or "time" when table is not null =>
            new FunctionConverter((in value, scope, run) => Mapped(value, scope, run.Conversion, table, strict, type)),
        _ => null,
    };

    /// <summary>All codings and the text of a value, as the message has them.</summary>
    public static DraftObject? Concept(in Er7Value written, MessageConversion conversion) => Concept(written, null, conversion, null, strict: false);

    private static DraftObject? Concept(in Er7Value written, Scope? scope, MessageConversion conversion, CodeMap? table, bool strict)
    {
        var value = new Er7Components(written);
        string? text = value.Text(9);
        DraftArray? codings = null;
        foreach ((int codeAt, int textAt, int systemAt, int versionAt) in Codings)
        {
            if (value.EndsBefore(codeAt)) break;
            string? code = value.Text(codeAt);
            string? display = value.Text(textAt);
            if (code is null && display is null) continue;
            string? system = value.Text(systemAt);
            string? version = value.Text(versionAt);
            if (code is null || !Primitives.IsCode(code))
            {
                // A text in the code's place, or no code at all: it is text.
                text ??= display is null || code is null ? display ?? code : $"{code} {display}";
                continue;
            }

            bool ofTable = table is not null && IsOfTable(system, table, conversion);
            CodeEntry? entry = ofTable ? table!.Find(code, scope!) : null;
            if (ofTable && entry is null) Missing(value[codeAt], conversion, table!, strict, "it is kept as it is");
            codings ??= [];
            if (entry?.Code is not null) codings.Add(entry.Coding);
            // What the table does not know is not said to be one of its codes.
            string? own = system is null ? (entry is not null ? table!.FromSystem : null) : Codes.System(system, conversion);
            if (entry?.Code is not null && (own is null || (own == entry.System && code == entry.Code)))
            {
                text ??= display;
                continue;
            }

            codings.Add(Element.Coding(own, code, display, version));
        }

        if (codings is null && text is null) return null;
        var concept = new DraftObject();
        if (codings is { Count: > 0 }) concept.With("coding", codings);
        return text is null ? concept : concept.WithText("text", text);
    }

    private static DraftObject? Coding(Er7Value value, Scope scope, MessageConversion conversion, CodeMap? table, bool strict)
    {
        if (value[1].Text is not { } code) return value[2].Text is { } only ? new DraftObject { ["display"] = only } : null;
        string? display = value[2].Text;
        string? system = value[3].Text;
        string? version = value[7].Text;
        bool ofTable = table is not null && IsOfTable(system, table, conversion);
        CodeEntry? entry = ofTable ? table!.Find(code, scope) : null;
        if (entry is not null) return entry.Code is null ? null : Element.Coding(entry.System, entry.Code, entry.Display);
        if (ofTable) Missing(value[1], conversion, table!, strict, "it is kept as the source's own");
        if (!Primitives.IsCode(code)) return Element.Coding(null, null, code);
        string? own = system is null ? null : Codes.System(system, conversion);
        return Element.Coding(own, code, display, version);
    }

    private static DraftValue? Code(Er7Value value, Scope scope, MessageConversion conversion, CodeMap table, bool strict, bool isRequiredBinding)
    {
        if (value.Text is not { } code) return null;
        if (table.Find(code, scope) is { } entry) return Primitives.Text(entry.Code);

        // A required binding takes no code but its own: FHIR R4 terminologies.html#required.
        Missing(value, conversion, table, strict, isRequiredBinding ? "the element that it would fill stays empty" : "it is kept as it is");
        return isRequiredBinding || !Primitives.IsCode(code) ? null : DraftValue.Of(code);
    }

    private static DraftValue? Mapped(Er7Value value, Scope scope, MessageConversion conversion, CodeMap table, bool strict, string type)
    {
        if (value.Text is not { } code) return null;
        if (table.Find(code, scope) is { } entry) return entry.Code is null ? null : Primitives.Fixed(entry.Code, type);
        Missing(value, conversion, table, strict, "the element that it would fill stays empty");
        return null;
    }

    private static DraftValue? Display(Er7Value value) => Primitives.Text(value[9].Text ?? value[2].Text ?? value[1].Text);

    private static void Missing(Er7Value value, MessageConversion conversion, CodeMap table, bool strict, string otherwise)
    {
        if (strict) conversion.Error("code-invalid", value, $"the code is not in the table {table.Name}. Correct it at the sender, or add it to the table.");
        else conversion.Warn("code-invalid", value, $"the code is not in the table {table.Name}; {otherwise}.");
    }

    /// <summary>A code without a coding system, with an HL7 one or with the table's own is one of the field's table.</summary>
    private static bool IsOfTable(string? system, CodeMap table, MessageConversion conversion) =>
        system is null || system.StartsWith("HL7", StringComparison.OrdinalIgnoreCase)
        || (table.FromSystem is not null && Codes.System(system, conversion) == table.FromSystem);
}
