using System.Text;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;
using Consortium.Fhir.Terminology;

namespace Consortium.Fhir.Validation;

/// <summary>
/// Bindings by strength (FHIR R4 terminologies.html#strength): outside a required value set is an error, outside an extensible
/// one a warning, outside a preferred one an information. What cannot be decided here is an information, never a false error.
/// </summary>
internal sealed class BindingRules(FhirDocument document, R4Tables tables, IssueList issues, FhirTerminology terminology)
{
    private readonly Node[] _nodes = document.Nodes;
    private readonly BindingNames _names = BindingNames.Instance;

    /// <summary>Checks a value against the binding of the core definitions.</summary>
    public void Check(int at, in ElementRow element)
    {
        if (element.Strength == BindingStrength.Required || !issues.ErrorsOnly) Check(at, new Binding(terminology.Bound(element.ValueSet), element.Strength, element.Path));
        if (element.MaxValueSet != 0) CheckMost(at, new Binding(terminology.Bound(element.MaxValueSet), BindingStrength.Required, element.Path));
    }

    private void Check(int at, in Binding binding)
    {
        int type = _nodes[at].Type;
        if (tables.Types[type].Kind == TypeKind.Primitive)
        {
            if (!document.HasValue(at) || _nodes[at].Kind != JsonKind.String) return;
            ReadOnlySpan<byte> code = document.Value(at);
            Membership membership = binding.ValueSet.Contains(code);
            // A uri may leave an extensible value set for any definition of one's own: the System types of FHIRPath, a logical model.
            if (membership == Membership.In || (binding.Strength < BindingStrength.Required && SystemUri.IsAbsolute(code))) return;
            Report(at, membership, binding, code);
        }
        else if (type == _names.CodeableConcept)
        {
            CheckConcept(at, binding);
        }
        else if (type == _names.Coding || tables.Types[type].Name == _names.QuantityName)
        {
            CheckCoding(at, binding);
        }
    }

    /// <summary>
    /// No code beyond the maximum value set may stand there, however loose the binding (elementdefinition-maxValueSet); text
    /// without a code is not forbidden by it.
    /// </summary>
    private void CheckMost(int at, in Binding binding)
    {
        bool coded = tables.Types[_nodes[at].Type].Kind == TypeKind.Primitive;
        ElementChildren children = document.ChildrenOf(at);
        while (!coded && children.MoveNext())
        {
            int name = tables.Elements[_nodes[children.Current].Element].Name;
            coded = name == _names.Code || (_nodes[children.Current].Type == _names.Coding && Coding(children.Current).Code != 0);
        }

        if (!coded) return;
        // A language of a v2 or local table beside its text is what legacy records have; the concept is still understood, so a warning.
        bool primitive = tables.Types[_nodes[at].Type].Kind == TypeKind.Primitive;
        Check(at, primitive ? binding : binding with { Strength = BindingStrength.Extensible });
    }

    private void CheckCoding(int at, in Binding binding)
    {
        (int system, int code) = Coding(at);
        if (code == 0)
        {
            // A Quantity without a code is not coded at all; a Coding without one names no concept.
            if (binding.Strength == BindingStrength.Required && _nodes[at].Type == _names.Coding && !HasExtension(at))
            {
                issues.Error(at, "code-invalid", $"{Path(binding)} needs a code from {binding.ValueSet.Url} (required); the Coding has none.");
            }

            return;
        }

        Membership membership = binding.ValueSet.Contains(system == 0 ? default : document.Value(system), document.Value(code));
        if (membership != Membership.In) Report(code, membership, binding, document.Value(code));
    }

    private void CheckConcept(int at, in Binding binding)
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
            switch (binding.ValueSet.Contains(system == 0 ? default : document.Value(system), document.Value(code)))
            {
                case Membership.In: return;
                case Membership.Undecided: undecided = true; break;
            }
        }

        if (first != 0)
        {
            Report(first, undecided ? Membership.Undecided : Membership.Out, binding, document.Value(first));
        }
        else if (binding.Strength == BindingStrength.Required && !HasExtension(at))
        {
            issues.Error(at, "code-invalid", $"{Path(binding)} needs a code from {binding.ValueSet.Url} (required); found {(codings == 0 ? "text only" : "codings without a code")}.");
        }
    }

    private void Report(int at, Membership membership, in Binding binding, ReadOnlySpan<byte> code)
    {
        string strength = Name(binding.Strength);
        if (membership == Membership.Undecided)
        {
            if (binding.Strength >= BindingStrength.Extensible) issues.Information(at, "not-supported", $"Whether the code is in {binding.ValueSet.Url} ({strength} for {Path(binding)}) cannot be decided here: {binding.ValueSet.Undecidable}.");
            return;
        }

        string sample = binding.ValueSet.Sample;
        string allowed = sample.Length > 0 ? $"allowed: {sample}" : "it has no such code, and none of that form";
        IssueSeverity severity = binding.Strength switch
        {
            BindingStrength.Required => IssueSeverity.Error,
            BindingStrength.Extensible => IssueSeverity.Warning,
            _ => IssueSeverity.Information,
        };
        issues.Add(severity, at, "code-invalid", $"{ShownCode.AtStart(code)} is not in {binding.ValueSet.Url} ({strength} for {Path(binding)}); {allowed}.");
    }

    private static string Name(BindingStrength strength) => strength switch
    {
        BindingStrength.Required => "required",
        BindingStrength.Extensible => "extensible",
        _ => "preferred",
    };

    private string Path(in Binding binding) => tables.Text(binding.Path);

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

    /// <param name="ValueSet">The value set.</param>
    /// <param name="Strength">How firmly it binds.</param>
    /// <param name="Path">The text of the element's path.</param>
    private readonly record struct Binding(BoundValueSet ValueSet, BindingStrength Strength, int Path);

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
