using System.Buffers;
using System.Text;
using Consortium.Fhir.Units;
using Consortium.Fhir.Validation;

namespace Consortium.Fhir.Terminology;

/// <summary>
/// Code systems that are defined by a grammar, or of which the form of a code is all that can be checked here
/// (FHIR R4 terminologies-systems.html).
/// </summary>
internal static class GrammarSystems
{
    private static readonly SearchValues<byte> s_notInUri = SearchValues.Create(" \t\r\n<>\""u8);

    /// <summary>In and Out where the grammar decides; Undecided where the system has none, or a registry behind it.</summary>
    public static Membership Decide(ReadOnlySpan<byte> system, ReadOnlySpan<byte> code)
    {
        if (system.SequenceEqual("urn:ietf:bcp:13"u8)) return Judge(CodeGrammar.IsMimeType(code));
        if (system.SequenceEqual("urn:ietf:bcp:47"u8)) return Judge(CodeGrammar.IsLanguage(code));
        if (system.SequenceEqual("http://unitsofmeasure.org"u8)) return Judge(Ucum.IsValid(code, out _));
        if (system.SequenceEqual("urn:ietf:rfc:3986"u8)) return Judge(code.IndexOfAny(s_notInUri) < 0);
        if (system.SequenceEqual("http://snomed.info/sct"u8)) return CodeGrammar.MayBeSnomed(code) ? Membership.Undecided : Membership.Out;
        // The registries of subdivisions and regions are not at hand, their form is.
        if (system.SequenceEqual("urn:iso:std:iso:3166:-2"u8)) return CodeGrammar.IsSubdivision(code) ? Membership.Undecided : Membership.Out;
        if (system.SequenceEqual("http://unstats.un.org/unsd/methods/m49/m49.htm"u8)) return code.Length == 3 && code.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0 ? Membership.Undecided : Membership.Out;
        return Membership.Undecided;
    }

    /// <summary>The same for text; a system that is not known has no grammar.</summary>
    public static Membership Decide(string? system, string code) =>
        system is null ? Membership.Undecided : Decide(Encoding.UTF8.GetBytes(system), Encoding.UTF8.GetBytes(code));

    /// <summary>
    /// Whether a code that the list of a system has not may still be one: ISO 3166 keeps ranges for its users, and many write
    /// subdivisions so; NNxxx and PRNxxx of HL7 table 0203 stand for a code for each country (HL7 v2 ch. 2C, table 0203).
    /// </summary>
    public static bool MayBe(ReadOnlySpan<byte> system, ReadOnlySpan<byte> code)
    {
        if (system.SequenceEqual("urn:iso:std:iso:3166"u8)) return CodeGrammar.IsSubdivision(code) || CodeGrammar.IsUserAssignedCountry(code);
        if (!system.SequenceEqual("http://terminology.hl7.org/CodeSystem/v2-0203"u8)) return false;
        int country = code.StartsWith("NN"u8) ? 2 : code.StartsWith("PRN"u8) ? 3 : -1;
        return country > 0 && code.Length == country + 3 && code[country..].IndexOfAnyExceptInRange((byte)'A', (byte)'Z') < 0;
    }

    public static bool MayBe(string system, string code) => MayBe(Encoding.UTF8.GetBytes(system), Encoding.UTF8.GetBytes(code));

    private static Membership Judge(bool wellFormed) => wellFormed ? Membership.In : Membership.Out;
}
