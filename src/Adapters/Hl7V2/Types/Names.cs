using System.Text;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Tables;

namespace Consortium.Adapters.Hl7V2.Types;

/// <summary>XPN and the name parts of XCN to FHIR HumanName (HL7 v2-to-FHIR XPN[HumanName], FN[HumanName]).</summary>
internal static class Names
{
    private const string Extensions = "http://hl7.org/fhir/StructureDefinition/";

    private static readonly (int Part, string Url)[] FamilyParts =
        [(2, "humanname-own-prefix"), (3, "humanname-own-name"), (4, "humanname-partner-prefix"), (5, "humanname-partner-name")];

    /// <summary>XPN to HumanName.</summary>
    public static DraftObject? FromXpn(Er7Value written, MessageConversion conversion)
    {
        var value = new Er7Components(written);
        DraftObject? name = FromParts(
            value[1], value.Text(2), value.Text(3), prefix: value.Text(5), suffixes: [value.Text(4), value.Text(6), value.Text(14)],
            conversion.Tables.NameUse, value[7], conversion);
        if (name is null) return null;
        string? start = Times.DateTime(value[12], conversion) ?? Times.DateTime(value[10][1], conversion);
        string? end = Times.DateTime(value[13], conversion) ?? Times.DateTime(value[10][2], conversion);
        name.Set("period", Element.Period(start, end));
        AddCode(name, "humanname-assembly-order", value.Text(11) is { } order and ("F" or "G") ? order : null);
        AddCode(name, "iso21090-EN-representation", value.Text(8) switch { "A" => "ABC", "I" => "IDE", "P" => "SYL", _ => null });
        return name;
    }

    /// <summary>XCN.2 to XCN.7, XCN.10 and XCN.21 to HumanName.</summary>
    public static DraftObject? FromXcn(Er7Value written, MessageConversion conversion)
    {
        var value = new Er7Components(written);
        return FromParts(
            value[2], value.Text(3), value.Text(4), prefix: value.Text(6), suffixes: [value.Text(5), value.Text(21), null], conversion.Tables.NameUse, value[10], conversion);
    }

    /// <summary>A name as one text, for a display.</summary>
    public static string? Display(DraftObject? name)
    {
        if (name is null) return null;
        if ((string?)name["text"] is { } text) return text;
        IEnumerable<string?> given = name["given"] is DraftArray parts ? parts.Select(part => (string?)part) : [];
        string display = string.Join(' ', given.Append((string?)name["family"]).Where(part => part is not null));
        return display.Length == 0 ? null : display;
    }

    private static DraftObject? FromParts(
        Er7Value familyName, string? given, string? further, string? prefix, ReadOnlySpan<string?> suffixes,
        CodeTable useTable, Er7Value use, MessageConversion conversion)
    {
        string? family = familyName[1].Text;
        string? text = null;
        if (family is not null && IsIdeographic(family))
        {
            text = family + given + further;

            // 张三 in the family name's place with no given name is a whole name; where it divides must not be guessed.
            if (given is null && further is null) family = null;
        }

        if (text is null && family is null && given is null && further is null && prefix is null && !suffixes.ContainsAnyExcept((string?)null)) return null;
        DraftObject whole = new DraftObject().With("use", use.Length == 0 ? null : Codes.Optional(use, conversion, useTable, "HL7 table 0200 (name type)"))
            .With("text", text).With("family", family).Append("given", given).Append("given", further).Append("prefix", prefix);
        foreach (string? suffix in suffixes) whole.Append("suffix", suffix);
        if (family is null) return whole;
        var parts = new DraftObject();
        foreach ((int part, string url) in FamilyParts)
        {
            if (familyName[part].Text is { } piece) parts.Append("extension", new DraftObject { ["url"] = Extensions + url, ["valueString"] = piece });
        }

        return whole.Set("_family", parts);
    }

    private static void AddCode(DraftObject name, string url, string? code)
    {
        if (code is not null) name.Append("extension", new DraftObject { ["url"] = Extensions + url, ["valueCode"] = code });
    }

    /// <summary>CJK ideographs, the extensions in the supplementary planes (rare surnames) included.</summary>
    private static bool IsIdeographic(string text)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.Value is not ((>= 0x3400 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x323AF) or 0xB7 or 0x3007)) return false;
        }

        return true;
    }
}
