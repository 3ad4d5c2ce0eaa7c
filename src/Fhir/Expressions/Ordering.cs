namespace Consortium.Fhir.Expressions;

/// <summary>Order of two single items (FHIRPath N1 6.2).</summary>
internal static class Ordering
{
    /// <summary>Negative, zero or positive; null where the answer is empty.</summary>
    /// <exception cref="FhirPathException">The types have no common order.</exception>
    public static int? Compare(in PathValue a, in PathValue b)
    {
        // A primitive that has only extensions has no value to order.
        if (!a.TrySystem(out PathValue x) || !b.TrySystem(out PathValue y)) return IsBare(a) || IsBare(b) ? null : throw Unordered(a, b);
        if (x.IsNumber && y.IsNumber) return x.Decimal.CompareTo(y.Decimal);
        if (x.Kind == PathKind.String && y.Kind == PathKind.String) return string.CompareOrdinal(x.String, y.String);
        if (x.IsTemporal && y.Kind == PathKind.String && PathDateTime.TryParse(y.String, x.Kind, out PathDateTime? right)) return PathDateTime.Compare(x.DateTime, right!, out _);
        if (y.IsTemporal && x.Kind == PathKind.String && PathDateTime.TryParse(x.String, y.Kind, out PathDateTime? left)) return PathDateTime.Compare(left!, y.DateTime, out _);
        if (x.IsTemporal && y.IsTemporal)
        {
            int? order = PathDateTime.Compare(x.DateTime, y.DateTime, out bool comparable);
            return order is null && !comparable ? throw Unordered(x, y) : order;
        }

        if ((x.Kind == PathKind.Quantity || y.Kind == PathKind.Quantity) && PathQuantity.From(x) is { } p && PathQuantity.From(y) is { } q) return QuantityComparison.Compare(p, q);
        throw Unordered(x, y);
    }

    private static bool IsBare(in PathValue item) =>
        item.IsNode && !item.HasValue && (R4Primitive(item) || item.Document.Nodes[item.NodeIndex].Kind == Json.JsonKind.Object);

    private static bool R4Primitive(in PathValue item) => Definitions.R4Tables.Instance.Primitives[item.TypeRow] != Validation.PrimitiveType.None;

    private static FhirPathException Unordered(in PathValue a, in PathValue b) =>
        new($"{TypeSpecifier.NameOf(Definitions.R4Tables.Instance, a).Name} and {TypeSpecifier.NameOf(Definitions.R4Tables.Instance, b).Name} have no order (FHIRPath N1 6.2).");
}
