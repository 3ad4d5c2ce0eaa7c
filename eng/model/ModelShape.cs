namespace Consortium.ModelGenerator;

/// <summary>All that the C# is written from.</summary>
internal sealed record ModelShape(IReadOnlyList<ModelType> Types, EnumSet Enums, ChoiceSet Choices);

/// <summary>A class of the model.</summary>
internal sealed class ModelType
{
    /// <summary>The path that defines it: <c>Patient</c>, <c>Patient.contact</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The name without the outer class: <c>Patient</c>, <c>ContactComponent</c>.</summary>
    public required string ClassName { get; init; }

    /// <summary>The specification's name of the type: <c>Patient</c>, <c>BackboneElement</c>.</summary>
    public required string FhirName { get; init; }

    public required string BaseName { get; init; }

    public required bool IsAbstract { get; init; }

    public required string Summary { get; init; }

    /// <summary>The class that it is nested in.</summary>
    public ModelType? Outer { get; init; }

    /// <summary>Number for the factory; 0 for an abstract class.</summary>
    public int Number { get; set; }

    public int InheritedSlots { get; set; }

    /// <summary>Elements of its own, after the inherited ones.</summary>
    public List<ModelElement> Elements { get; } = [];

    public int SlotCount => InheritedSlots + Elements.Count;

    public string FullName => Outer is null ? ClassName : $"{Outer.ClassName}.{ClassName}";
}

/// <summary>A property of a class.</summary>
/// <param name="Name">Its .NET name.</param>
/// <param name="CSharpType">The type of one value.</param>
/// <param name="IsList">Whether it repeats.</param>
/// <param name="Summary">What it is.</param>
/// <param name="Remarks">Cardinality, binding, allowed types; null where there is nothing to say.</param>
/// <param name="IsEnum">Whether it is a code with an enum.</param>
internal sealed record ModelElement(string Name, string CSharpType, bool IsList, string Summary, string? Remarks, bool IsEnum);
