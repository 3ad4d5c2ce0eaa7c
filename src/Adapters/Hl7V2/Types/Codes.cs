using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Map;
using Consortium.Adapters.Hl7V2.Tables;
using Consortium.Adapters.Site;

namespace Consortium.Adapters.Hl7V2.Types;

/// <summary>CWE, CE, CNE, IS and ID to FHIR Coding, CodeableConcept and code (HL7 v2-to-FHIR CWE[CodeableConcept]).</summary>
internal static class Codes
{
    /// <summary>Where the three codings of a CWE stand: code, text, system, version.</summary>
    private static readonly (int Code, int Text, int System, int Version)[] Codings = [(1, 2, 3, 7), (4, 5, 6, 8), (10, 11, 12, 13)];

    /// <summary>A CodeableConcept of all codings. A code of the table is replaced by its FHIR counterpart; another one is kept as the message has it.</summary>
    public static DraftObject? CodeableConcept(Er7Value value, MessageConversion conversion, CodeTable? table = null)
    {
        if (!value.HasData) return null;
        string? text = value[9].Text;
        var codings = new List<DraftObject?>();
        foreach ((int codeAt, int textAt, int systemAt, int versionAt) in Codings)
        {
            string? code = value[codeAt].Text;
            string? display = value[textAt].Text;
            string? system = value[systemAt].Text;
            string? version = value[versionAt].Text;
            if (code is null && display is null) continue;
            if (IsOfTable(system) && table?[code] is { } row)
            {
                text ??= display;
                if (row.Target != CodeTable.Nothing) codings.Add(row.ToCoding());
                else if (display is null) codings.Add(Element.Coding(null, code));
            }
            else if (code is null || !IsCode(code))
            {
                // A text in the code's place, or no code at all: it is text.
                text ??= display is null || code is null ? display ?? code : $"{code} {display}";
            }
            else
            {
                codings.Add(Element.Coding(System(system, conversion), code, display, version));
            }
        }

        return Element.CodeableConcept(text, codings);
    }

    /// <summary>A Coding of the first triple.</summary>
    public static DraftObject? Coding(Er7Value value, MessageConversion conversion, CodeTable? table = null)
    {
        if (value[1].Text is not { } code) return null;
        string? display = value[2].Text;
        string? system = value[3].Text;
        if (IsOfTable(system) && table?[code] is { Target: not CodeTable.Nothing } row) return row.ToCoding();
        return IsCode(code) ? Element.Coding(System(system, conversion), code, display) : Element.Coding(null, null, code);
    }

    /// <summary>
    /// A FHIR code of a required binding. A code that the table does not have is an error: what it means must not be guessed.
    /// Null where the value is absent, or where the table says that FHIR has nothing for it.
    /// </summary>
    public static string? Required(Er7Value value, MessageConversion conversion, CodeTable table, string tableName)
    {
        if (value.Text is not { } code) return null;
        if (table[code] is { } row) return row.Target == CodeTable.Nothing ? null : row.Target;
        conversion.Error("code-invalid", value, $"the code is not in {tableName}. Correct it at the sender.");
        return null;
    }

    /// <summary>A FHIR code of an optional element: an unknown code leaves the element out, with a warning.</summary>
    public static string? Optional(Er7Value value, MessageConversion conversion, CodeTable table, string tableName)
    {
        if (value.Text is not { } code) return null;
        if (table[code] is { } row) return row.Target == CodeTable.Nothing ? null : row.Target;
        conversion.Warn("code-invalid", value, $"the code is not in {tableName}; the element that it would fill stays empty.");
        return null;
    }

    /// <summary>The URI of a coding system as CWE.3 names it (HL7 table 0396); null where none is named.</summary>
    public static string? System(string? name, MessageConversion conversion)
    {
        if (name is null) return null;
        if (conversion.Context.IdentifierSystems.Configured(name) is { } configured) return configured;
        if (CodeTables.CodingSystem[name] is { } row) return row.Target;
        if (name.Length == 7 && name.StartsWith("HL7", StringComparison.Ordinal) && name.AsSpan(3).IndexOfAnyExceptInRange('0', '9') < 0)
        {
            return $"http://terminology.hl7.org/CodeSystem/v2-{name.AsSpan(3)}";
        }

        if (Oid.IsValid(name)) return $"urn:oid:{name}";
        if (name.StartsWith("http://", StringComparison.Ordinal) || name.StartsWith("https://", StringComparison.Ordinal) || name.StartsWith("urn:", StringComparison.Ordinal)) return name;
        return name == "L" || name.StartsWith("99", StringComparison.Ordinal)
            ? IdentifierSystems.OfSource(conversion.Source, $"code-system:{Uri.EscapeDataString(name)}")
            : $"urn:consortium:code-system:{Uri.EscapeDataString(name)}";
    }

    /// <summary>FHIR R4 datatypes.html#code: no white space at the ends, single spaces inside.</summary>
    private static bool IsCode(string text) => text.IndexOfAny(['\t', '\n', '\r']) < 0 && !text.Contains("  ", StringComparison.Ordinal);

    /// <summary>A code without a coding system, or with an HL7 one, is one of the field's own table.</summary>
    private static bool IsOfTable(string? system) => system is null || system.StartsWith("HL7", StringComparison.OrdinalIgnoreCase);
}
