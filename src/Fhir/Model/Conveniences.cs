namespace Consortium.Fhir.Model;

public partial class Extension
{
    /// <summary>Creates it with url and value.</summary>
    public Extension(string url, IDataType? value) => (Url, Value) = (url, value);

    // The elements of an extension are id, extension, url, value[x].
    internal override bool IsPlainText(int slot) => slot is 0 or 2;
}

public partial class Reference
{
    /// <summary>Creates a literal reference: <c>Patient/1</c>, <c>#contained</c>, an absolute URL.</summary>
    public Reference(string reference, string? display = null) => (ReferenceElement, Display) = (reference, display);
}

public partial class Coding
{
    /// <summary>Creates a code of a code system.</summary>
    public Coding(string system, string code, string? display = null) => (System, Code, Display) = (system, code, display);
}

public partial class CodeableConcept
{
    /// <summary>Creates a concept with one code of a code system.</summary>
    public CodeableConcept(string system, string code, string? display = null) => Coding = [new Coding(system, code, display)];
}

public partial class Quantity
{
    /// <summary>Creates a quantity in a unit of UCUM.</summary>
    public Quantity(FhirDecimal value, string ucum, string? unit = null)
        : this() => (Value, Code, Unit, System) = (value, ucum, unit ?? ucum, "http://unitsofmeasure.org");
}
