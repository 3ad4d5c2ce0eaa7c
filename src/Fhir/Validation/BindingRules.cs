using System.Text;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;

namespace Consortium.Fhir.Validation;

/// <summary>
/// Required and extensible bindings by the local expansions (FHIR R4 terminologies.html#strength). What the R4 content
/// cannot decide is an information issue for a required binding, never a false error.
/// </summary>
internal sealed class BindingRules(FhirDocument document, R4Tables tables, IssueList issues)
{
    private const string MimeTypes = "http://hl7.org/fhir/ValueSet/mimetypes";
    private const string Currencies = "http://hl7.org/fhir/ValueSet/currencies";
    private const string Languages = "http://hl7.org/fhir/ValueSet/all-languages";

    private readonly Node[] _nodes = document.Nodes;
    private readonly BindingNames _names = BindingNames.Instance;

    private enum Membership
    {
        In,
        Out,
        Undecided,
    }

    public void Check(int at, in ElementRow element)
    {
        ValueSetExpansion valueSet = tables.Expansion(element.ValueSet);
        bool required = element.Strength == BindingStrength.Required;
        int type = _nodes[at].Type;
        if (tables.Types[type].Kind == TypeKind.Primitive)
        {
            if (document.HasValue(at) && _nodes[at].Kind == JsonKind.String)
            {
                ReadOnlySpan<byte> code = document.Value(at);
                Report(at, Contains(valueSet, default, code, anySystem: true), valueSet, required, code, element);
            }
        }
        else if (type == _names.CodeableConcept)
        {
            CheckConcept(at, element, valueSet, required);
        }
        else if (type == _names.Coding || tables.Types[type].Name == _names.QuantityName)
        {
            CheckCoding(at, element, valueSet, required);
        }
    }

    private void CheckCoding(int at, in ElementRow element, ValueSetExpansion valueSet, bool required)
    {
        (int system, int code) = Coding(at);
        if (code == 0)
        {
            // A Quantity without a code is not coded at all; a Coding without one names no concept.
            if (required && _nodes[at].Type == _names.Coding && !HasExtension(at))
            {
                issues.Error(at, "code-invalid", $"{tables.Text(element.Path)} needs a code from {valueSet.Url} (required); the Coding has none.");
            }

            return;
        }

        Report(code, Contains(valueSet, system == 0 ? default : document.Value(system), document.Value(code), anySystem: false), valueSet, required, document.Value(code), element);
    }

    private void CheckConcept(int at, in ElementRow element, ValueSetExpansion valueSet, bool required)
    {
        int codings = 0, first = 0;
        bool undecided = false;
        ElementChildren children = document.ChildrenOf(at);
        while (children.MoveNext())
        {
            int child = children.Current;
            if (_nodes[child].Type != _names.Coding) continue;
            (int system, int code) = Coding(child);
            codings++;
            if (code == 0) continue;
            if (first == 0) first = code;
            switch (Contains(valueSet, system == 0 ? default : document.Value(system), document.Value(code), anySystem: false))
            {
                case Membership.In: return;
                case Membership.Undecided: undecided = true; break;
            }
        }

        if (undecided)
        {
            Report(first, Membership.Undecided, valueSet, required, document.Value(first), element);
        }
        else if (first != 0)
        {
            Report(first, Membership.Out, valueSet, required, document.Value(first), element);
        }
        else if (required && !HasExtension(at))
        {
            issues.Error(at, "code-invalid", $"{tables.Text(element.Path)} needs a code from {valueSet.Url} (required); found {(codings == 0 ? "text only" : "codings without a code")}.");
        }
    }

    private static Membership Contains(ValueSetExpansion valueSet, ReadOnlySpan<byte> system, ReadOnlySpan<byte> code, bool anySystem)
    {
        if (valueSet.Undecidable is null)
        {
            return (anySystem ? valueSet.Contains(code) : valueSet.Contains(system, code)) ? Membership.In : Membership.Out;
        }

        return valueSet.Url switch
        {
            // The grammar decides: BCP 13 and BCP 47 registries are open, so a well-formed code is what can be asked of it.
            MimeTypes => CodeGrammar.IsMimeType(code) ? Membership.In : Membership.Out,
            Languages => CodeGrammar.IsLanguage(code) ? Membership.In : Membership.Out,
            Currencies => CodeGrammar.IsCurrency(code) ? Membership.Undecided : Membership.Out,
            _ => Membership.Undecided,
        };
    }

    private void Report(int at, Membership membership, ValueSetExpansion valueSet, bool required, ReadOnlySpan<byte> code, in ElementRow element)
    {
        if (membership == Membership.In) return;
        string strength = required ? "required" : "extensible";
        string path = tables.Text(element.Path);
        if (membership == Membership.Undecided)
        {
            if (required) issues.Information(at, "not-supported", $"Whether the code is in {valueSet.Url} ({strength} for {path}) cannot be decided here: {valueSet.Undecidable}.");
            return;
        }

        string allowed = valueSet.Undecidable is null ? $"allowed: {valueSet.Sample}" : "it is not well-formed";
        string message = $"{Shown(code)} is not in {valueSet.Url} ({strength} for {path}); {allowed}.";
        if (required) issues.Error(at, "code-invalid", message);
        else issues.Warning(at, "code-invalid", message);
    }

    private (int System, int Code) Coding(int at)
    {
        int system = 0, code = 0;
        ElementChildren children = document.ChildrenOf(at);
        while (children.MoveNext())
        {
            int child = children.Current;
            if (_nodes[child].Kind != JsonKind.String) continue;
            int name = tables.Elements[_nodes[child].Element].Name;
            if (name == _names.System) system = child;
            else if (name == _names.Code) code = child;
        }

        return (system, code);
    }

    /// <summary>Whether extensions stand in for the code, as with data-absent-reason.</summary>
    private bool HasExtension(int at)
    {
        ElementChildren children = document.ChildrenOf(at);
        while (children.MoveNext())
        {
            if (_nodes[children.Current].Type == tables.Extension) return true;
        }

        return false;
    }

    /// <summary>A code fit for a message. A code is no patient data, but what stands in its place may be: long or spaced texts are not shown.</summary>
    private static string Shown(ReadOnlySpan<byte> code)
    {
        if (code.Length is 0 or > 40) return "The code";
        foreach (byte b in code)
        {
            if (b is <= 0x20 or >= 0x7F) return "The code";
        }

        return $"Code '{Encoding.ASCII.GetString(code)}'";
    }

    private sealed class BindingNames
    {
        public static readonly BindingNames Instance = new();

        public int CodeableConcept { get; } = FhirR4.FindType("CodeableConcept");

        public int Coding { get; } = FhirR4.FindType("Coding");

        public int QuantityName { get; } = R4Tables.Instance.FindName("Quantity"u8);

        public int System { get; } = R4Tables.Instance.FindName("system"u8);

        public int Code { get; } = R4Tables.Instance.FindName("code"u8);
    }
}
