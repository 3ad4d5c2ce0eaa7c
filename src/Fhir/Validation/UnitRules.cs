using System.Text;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;
using Consortium.Fhir.Units;

namespace Consortium.Fhir.Validation;

/// <summary>A Quantity or Coding whose system is UCUM has a valid UCUM code (FHIR R4 ucum.html; datatypes.html#quantity, qty-3).</summary>
internal static class UnitRules
{
    private static readonly bool[] s_quantities = QuantityTypes();
    private static readonly int s_system = R4Tables.Instance.FindName("system"u8);
    private static readonly int s_code = R4Tables.Instance.FindName("code"u8);

    /// <summary>Checks the unit of a Quantity; nothing happens for another type.</summary>
    public static void Check(ValidationContext context, int at, int type)
    {
        if (!s_quantities[type]) return;
        FhirDocument document = context.Document;
        int code = 0, system = 0;
        ElementChildren children = document.ChildrenOf(at);
        while (children.MoveNext())
        {
            ref readonly Node child = ref document.Nodes[children.Current];
            if (child.Kind != JsonKind.String) continue;
            int name = context.Tables.Elements[child.Element].Name;
            if (name == s_code) code = children.Current;
            else if (name == s_system) system = children.Current;
        }

        if (system != 0 && code != 0) CheckCode(context, system, code);
    }

    /// <summary>Checks a code whose system may be UCUM.</summary>
    public static void CheckCode(ValidationContext context, int system, int code)
    {
        FhirDocument document = context.Document;
        if (!document.Value(system).SequenceEqual("http://unitsofmeasure.org"u8) || Ucum.IsValid(document.Value(code), out string? reason)) return;
        context.Issues.Error(code, "code-invalid", $"Error processing Unit{(ShownCode.Quoted(document.Value(code)) is { } shown ? " " + shown : string.Empty)}: not a UCUM code, {reason} (FHIR R4 ucum.html).");
    }

    private static bool[] QuantityTypes()
    {
        R4Tables tables = R4Tables.Instance;
        int quantity = tables.FindType("Quantity"u8);
        bool[] quantities = new bool[tables.Types.Length];
        for (int i = 1; i < quantities.Length; i++) quantities[i] = tables.IsA(i, quantity);
        return quantities;
    }
}
