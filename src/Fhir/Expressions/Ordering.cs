using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;
using Consortium.Fhir.Validation;

namespace Consortium.Fhir.Expressions;

/// <summary>Order of two single items (FHIRPath N1 6.2).</summary>
internal static class Ordering
{
    /// <summary>Negative, zero or positive; null where the answer is empty.</summary>
    /// <exception cref="FhirPathException">The types have no common order.</exception>
    public static int? Compare(in PathValue a, in PathValue b)
    {
        if (TryCompareMoments(a, b, out int moments)) return moments;
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

    /// <summary>
    /// Two days, or two seconds of one time zone, as they mostly are written: their characters have the order of what they mean.
    /// Everything else, such as fractions, leap seconds and what is malformed, is left to the general way.
    /// </summary>
    private static bool TryCompareMoments(in PathValue a, in PathValue b, out int order)
    {
        const int Day = 10, Second = 19;
        order = 0;
        if (!a.IsNode || !b.IsNode || !IsMoment(a, out PrimitiveType type) || !IsMoment(b, out PrimitiveType other) || (type == PrimitiveType.Date) != (other == PrimitiveType.Date)) return false;
        ReadOnlySpan<byte> x = a.Document.Raw(a.NodeIndex), y = b.Document.Raw(b.NodeIndex);
        if (x.Length != y.Length || x.Length is not (Day or Second + 1 or Second + 6)) return false;
        // At the ends of the calendar a time zone leads out of it.
        if (x.StartsWith("0001"u8) || y.StartsWith("0001"u8) || x.StartsWith("9999"u8) || y.StartsWith("9999"u8)) return false;
        if (x.Length > Day && (x[17] == '6' || y[17] == '6' || !x[Second..].SequenceEqual(y[Second..]))) return false;
        if (PrimitiveFormats.CheckText(type, x) is not null || PrimitiveFormats.CheckText(other, y) is not null) return false;
        order = x.SequenceCompareTo(y);
        return true;
    }

    private static bool IsMoment(in PathValue value, out PrimitiveType type)
    {
        ref readonly Node node = ref value.Document.Nodes[value.NodeIndex];
        type = R4Tables.Instance.Primitives[node.Type];
        return type is PrimitiveType.Date or PrimitiveType.DateTime or PrimitiveType.Instant && node.Kind == JsonKind.String && !node.Has(NodeFlags.Underscore | NodeFlags.ValueEscaped);
    }

    private static bool IsBare(in PathValue item) =>
        item.IsNode && !item.HasValue && (R4Primitive(item) || item.Document.Nodes[item.NodeIndex].Kind == JsonKind.Object);

    private static bool R4Primitive(in PathValue item) => R4Tables.Instance.Primitives[item.TypeRow] != PrimitiveType.None;

    private static FhirPathException Unordered(in PathValue a, in PathValue b) =>
        new($"{TypeSpecifier.NameOf(R4Tables.Instance, a).Name} and {TypeSpecifier.NameOf(R4Tables.Instance, b).Name} have no order (FHIRPath N1 6.2).");
}
