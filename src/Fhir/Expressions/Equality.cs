using System.Buffers;
using System.Numerics;
using System.Text;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;
using Consortium.Fhir.Validation;

namespace Consortium.Fhir.Expressions;

/// <summary>Equality and equivalence (FHIRPath N1 6.1).</summary>
internal static class Equality
{
    /// <summary>Compares an element with a text by the document's own bytes; false when the element is no text.</summary>
    public static bool TryEqualsText(in PathValue item, ReadOnlySpan<byte> text, out bool equal)
    {
        equal = false;
        if (!item.IsNode || !IsText(item)) return false;
        equal = item.Document.Value(item.NodeIndex).SequenceEqual(text);
        return true;
    }

    /// <summary>Whether an element is a primitive whose System value is its text.</summary>
    public static bool IsText(in PathValue element)
    {
        ref readonly Node node = ref element.Document.Nodes[element.NodeIndex];
        return node.Kind == JsonKind.String && !node.Has(NodeFlags.Underscore)
            && R4Tables.Instance.Primitives[node.Type] is not (PrimitiveType.None or PrimitiveType.Date or PrimitiveType.DateTime or PrimitiveType.Instant or PrimitiveType.Time);
    }

    /// <summary>Null where the answer is empty.</summary>
    public static bool? Equal(Evaluation e, PathList a, PathList b)
    {
        if (a.Count == 0 || b.Count == 0) return null;
        if (a.Count != b.Count) return false;
        for (int i = 0; i < a.Count; i++)
        {
            bool? equal = Equal(e, a[i], b[i]);
            if (equal != true) return equal;
        }

        return true;
    }

    public static bool? Equal(Evaluation e, in PathValue a, in PathValue b)
    {
        e.Spend(1);
        if (a.IsNode && b.IsNode && IsText(a) && IsText(b)) return a.Document.Value(a.NodeIndex).SequenceEqual(b.Document.Value(b.NodeIndex));
        bool systemA = a.TrySystem(out PathValue x), systemB = b.TrySystem(out PathValue y);
        if (!systemA || !systemB) return !systemA && !systemB && SameElement(e, a, b, equivalent: false);
        if (x.IsNumber && y.IsNumber) return x.Decimal == y.Decimal;
        if (x.IsTemporal && y.IsTemporal) return PathDateTime.Compare(x.DateTime, y.DateTime, out bool comparable) is { } order ? order == 0 : comparable ? null : false;
        if (x.Kind == PathKind.Quantity || y.Kind == PathKind.Quantity)
        {
            if (PathQuantity.From(x) is not { } p || PathQuantity.From(y) is not { } q) return false;
            return QuantityComparison.Equal(p, q);
        }

        if (x.IsTemporal != y.IsTemporal) return CompareTextWithDate(x, y);
        if (x.Kind != y.Kind) return false;
        return x.Kind switch
        {
            PathKind.Boolean => x.Boolean == y.Boolean,
            PathKind.String => x.String == y.String,
            PathKind.TypeInfo => x.TypeInfo == y.TypeInfo,
            _ => false,
        };
    }

    public static bool Equivalent(Evaluation e, PathList a, PathList b)
    {
        if (a.Count != b.Count) return false;
        // Order does not matter: pair each item with one not yet taken.
        List<PathValue> open = [.. b.Items];
        foreach (PathValue item in a.Items)
        {
            int match = open.FindIndex(other => Equivalent(e, item, other));
            if (match < 0) return false;
            open.RemoveAt(match);
        }

        return true;
    }

    private static bool Equivalent(Evaluation e, PathValue a, PathValue b)
    {
        e.Spend(1);
        bool systemA = a.TrySystem(out PathValue x), systemB = b.TrySystem(out PathValue y);
        if (!systemA || !systemB) return !systemA && !systemB && SameElement(e, a, b, equivalent: true);
        if (x.IsNumber && y.IsNumber) return EquivalentNumbers(x.Decimal, y.Decimal);
        if (x.IsTemporal && y.IsTemporal) return x.DateTime.ComparedPrecision == y.DateTime.ComparedPrecision && PathDateTime.Compare(x.DateTime, y.DateTime, out _) == 0;
        if (x.Kind == PathKind.Quantity || y.Kind == PathKind.Quantity)
        {
            if (PathQuantity.From(x) is not { } p || PathQuantity.From(y) is not { } q) return false;
            return QuantityComparison.Equivalent(p, q);
        }

        if (x.Kind == PathKind.String && y.Kind == PathKind.String) return Normalize(x.String) == Normalize(y.String);
        return Equal(e, x, y) == true;
    }

    /// <summary>Numbers rounded to the fewer decimals of the two.</summary>
    public static bool EquivalentNumbers(decimal a, decimal b)
    {
        int scale = Math.Min(Arithmetic.Scale(a), Arithmetic.Scale(b));
        return Math.Round(a, scale, MidpointRounding.AwayFromZero) == Math.Round(b, scale, MidpointRounding.AwayFromZero);
    }

    private static string Normalize(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToLowerInvariant();

    /// <summary>A FHIR date written as text, which is how some paths come by one, compares as the date that it spells.</summary>
    private static bool? CompareTextWithDate(in PathValue x, in PathValue y)
    {
        (PathValue date, PathValue text) = x.IsTemporal ? (x, y) : (y, x);
        if (text.Kind != PathKind.String || !PathDateTime.TryParse(text.String, date.Kind, out PathDateTime? parsed)) return false;
        return PathDateTime.Compare(date.DateTime, parsed!, out bool comparable) is { } order ? order == 0 : comparable ? null : false;
    }

    /// <summary>Elements with children are equal when all children are, by name; ids do not count for equivalence.</summary>
    private static bool SameElement(Evaluation e, in PathValue a, in PathValue b, bool equivalent)
    {
        if (!a.IsNode || !b.IsNode) return false;
        if (ReferenceEquals(a.Document, b.Document) && a.NodeIndex == b.NodeIndex) return true;
        if (!equivalent) return SameChildren(e, a, b);
        Dictionary<int, PathList> left = Children(e, a), right = Children(e, b);
        if (left.Count != right.Count) return false;
        foreach ((int name, PathList items) in left)
        {
            if (!right.TryGetValue(name, out PathList? others) || !Equivalent(e, items, others)) return false;
        }

        return true;
    }

    /// <summary>As many children of each name, equal one by one. Those of one name stand together.</summary>
    private static bool SameChildren(Evaluation e, in PathValue a, in PathValue b)
    {
        ElementChildren children = a.Document.ChildrenOf(a.NodeIndex);
        int last = -1, compared = 0;
        while (children.MoveNext())
        {
            int name = e.Tables.ElementNames[a.Document.Nodes[children.Current].Element];
            if (name == last) continue;
            last = name;
            ElementChildren left = a.Document.ChildrenNamed(a.NodeIndex, name), right = b.Document.ChildrenNamed(b.NodeIndex, name);
            while (left.MoveNext())
            {
                compared++;
                if (!right.MoveNext() || Equal(e, PathValue.Of(a.Document, left.Current), PathValue.Of(b.Document, right.Current)) != true) return false;
            }

            if (right.MoveNext()) return false;
        }

        ElementChildren others = b.Document.ChildrenOf(b.NodeIndex);
        while (others.MoveNext()) compared--;
        return compared == 0;
    }

    private static Dictionary<int, PathList> Children(Evaluation e, in PathValue element)
    {
        Dictionary<int, PathList> byName = [];
        FhirDocument document = element.Document;
        ElementChildren children = document.ChildrenOf(element.NodeIndex);
        while (children.MoveNext())
        {
            int name = e.Tables.ElementNames[document.Nodes[children.Current].Element];
            if (!byName.TryGetValue(name, out PathList? list)) byName.Add(name, list = new PathList());
            list.Add(PathValue.Of(document, children.Current));
        }

        return byName;
    }
}

/// <summary>Removes duplicates by equality, in linear time: items are hashed by a key that equal items share.</summary>
internal static class Distinct
{
    // As many as are compared pair by pair quicker than hashed.
    private const int Few = 12;

    /// <summary>Whether no item equals another.</summary>
    public static bool All(Evaluation e, PathList items)
    {
        if (items.Count > Few)
        {
            if (TryAllTexts(items, out bool distinct) || TryAllStrings(items, out distinct)) return distinct;
            Set set = new(e, items.Count);
            foreach (ref readonly PathValue item in items.Items)
            {
                if (!set.Add(item)) return false;
            }

            return true;
        }

        for (int i = 1; i < items.Count; i++)
        {
            if (IsAmong(e, items[i], items.Items[..i])) return false;
        }

        return true;
    }

    /// <summary>The same for texts of the document, which codes mostly are; false where an item is something else.</summary>
    private static bool TryAllTexts(PathList items, out bool distinct)
    {
        distinct = true;
        foreach (ref readonly PathValue item in items.Items)
        {
            if (!item.IsNode || !Equality.IsText(item)) return false;
        }

        // Open addressing over places in the list, from 1; the table is at most half full.
        int mask = (int)BitOperations.RoundUpToPowerOf2((uint)items.Count * 2) - 1;
        int[] table = ArrayPool<int>.Shared.Rent(mask + 1);
        table.AsSpan(0, mask + 1).Clear();
        for (int i = 0; i < items.Count && distinct; i++)
        {
            ReadOnlySpan<byte> text = items[i].Document.Value(items[i].NodeIndex);
            int slot = (int)TableFormat.HashOfText(text) & mask;
            for (; table[slot] != 0 && distinct; slot = (slot + 1) & mask)
            {
                ref readonly PathValue other = ref items[table[slot] - 1];
                distinct = !text.SequenceEqual(other.Document.Value(other.NodeIndex));
            }

            table[slot] = i + 1;
        }

        ArrayPool<int>.Shared.Return(table);
        return true;
    }

    /// <summary>The same for texts that the expression made; false where an item is something else.</summary>
    private static bool TryAllStrings(PathList items, out bool distinct)
    {
        distinct = true;
        foreach (ref readonly PathValue item in items.Items)
        {
            if (item.Kind != PathKind.String) return false;
        }

        HashSet<string> seen = new(items.Count, StringComparer.Ordinal);
        for (int i = 0; i < items.Count && distinct; i++) distinct = seen.Add(items[i].String);
        return true;
    }

    /// <summary>Appends the items, each once.</summary>
    public static void Append(Evaluation e, PathList items, PathList output)
    {
        if (items.Count <= Few)
        {
            int start = output.Count;
            foreach (ref readonly PathValue item in items.Items)
            {
                if (!IsAmong(e, item, output.Items[start..])) output.Add(item);
            }

            return;
        }

        Set set = new(e, items.Count);
        foreach (ref readonly PathValue item in items.Items)
        {
            if (set.Add(item)) output.Add(item);
        }
    }

    private static bool IsAmong(Evaluation e, in PathValue item, ReadOnlySpan<PathValue> others)
    {
        foreach (ref readonly PathValue other in others)
        {
            if (Equality.Equal(e, item, other) == true) return true;
        }

        return false;
    }

    /// <summary>A set of items under FHIRPath equality.</summary>
    public sealed class Set(Evaluation e, int expected)
    {
        private readonly List<PathValue> _few = new(Math.Min(expected, Few));
        private readonly Dictionary<int, List<PathValue>>? _many = expected > Few ? new(expected) : null;

        public bool Add(in PathValue item)
        {
            List<PathValue> candidates = _few;
            if (_many is not null)
            {
                int key = Key(item);
                if (!_many.TryGetValue(key, out List<PathValue>? bucket)) _many.Add(key, bucket = []);
                candidates = bucket;
            }

            foreach (PathValue other in candidates)
            {
                if (Equality.Equal(e, item, other) == true) return false;
            }

            candidates.Add(item);
            return true;
        }

        public bool Contains(in PathValue item)
        {
            List<PathValue>? candidates = _few;
            if (_many is not null && !_many.TryGetValue(Key(item), out candidates)) return false;
            foreach (PathValue other in candidates)
            {
                if (Equality.Equal(e, item, other) == true) return true;
            }

            return false;
        }

        private int Key(in PathValue item)
        {
            if (item.IsNode && Equality.IsText(item)) return (int)TableFormat.HashOfText(item.Document.Value(item.NodeIndex));
            if (!item.TrySystem(out PathValue value)) return ElementKey(item);
            return value.Kind switch
            {
                PathKind.String => (int)TableFormat.HashOfText(Encoding.UTF8.GetBytes(value.String)),
                PathKind.Integer or PathKind.Decimal => value.Decimal.GetHashCode(),
                PathKind.Boolean => value.Boolean ? 1 : 2,
                PathKind.TypeInfo => value.TypeInfo.GetHashCode(),
                // Equal dates may be written in different time zones, equal quantities with different scales.
                _ => 3,
            };
        }

        private int ElementKey(in PathValue item)
        {
            FhirDocument document = item.Document;
            ElementChildren children = document.ChildrenOf(item.NodeIndex);
            int key = 0;
            while (children.MoveNext())
            {
                ref readonly Node node = ref document.Nodes[children.Current];
                key += e.Tables.ElementNames[node.Element];
                // Texts tell elements apart best; their order among the children does not matter to equality.
                if (node.Kind == JsonKind.String && e.Tables.Primitives[node.Type] is PrimitiveType.String or PrimitiveType.Code or PrimitiveType.Uri)
                {
                    key += (int)TableFormat.HashOfText(document.Value(children.Current));
                }
            }

            return key;
        }
    }
}
