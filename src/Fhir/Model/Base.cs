using System.Collections;

namespace Consortium.Fhir.Model;

/// <summary>
/// What every class of the model is: a resource, a data type, a part of either, or a primitive. Not thread-safe while it is
/// changed.
/// </summary>
/// <remarks>
/// Values stand in slots, one for each element in the order of the definition, so that one reader and one writer serve all
/// classes. A list is made when first asked for; an empty one is the same as none.
/// </remarks>
public abstract class Base
{
    /// <summary>Objects nested deeper than this were not read from FHIR, whose limit is lower; most likely one contains itself.</summary>
    internal const int MaxDepth = 256;

    private object?[]? _slots;

    private protected Base()
    {
    }

    /// <summary>The specification's name of the type: <c>Patient</c>, <c>HumanName</c>, <c>dateTime</c>, <c>BackboneElement</c>.</summary>
    public abstract string TypeName { get; }

    /// <summary>Its number among the classes; 0 for a primitive.</summary>
    internal abstract int ClassNumber { get; }

    internal abstract int ClassSlots { get; }

    internal abstract Base NewInstance();

    /// <summary>An empty list of its class.</summary>
    internal abstract IList NewInstanceList();

    /// <summary>The code with an enum that a slot holds; null where it holds something else.</summary>
    internal virtual PrimitiveElement? NewCode(int slot) => null;

    /// <summary>Whether a slot is an attribute in XML and so a plain text: an element's id, an extension's url.</summary>
    internal virtual bool IsPlainText(int slot) => false;

    internal object? ReadSlot(int slot) => _slots?[slot];

    internal void SetSlot(int slot, object? value)
    {
        if (_slots is null)
        {
            if (value is null) return;
            _slots = new object?[ClassSlots];
        }

        _slots[slot] = value;
    }

    private protected T? GetSlot<T>(int slot)
        where T : class => (T?)_slots?[slot];

    private protected List<T> GetList<T>(int slot)
    {
        if (_slots?[slot] is List<T> list) return list;
        list = [];
        SetSlot(slot, list);
        return list;
    }

    /// <summary>Whether the other has the same type and the same content, extensions and the characters of numbers included.</summary>
    public bool DeepEquals(Base? other) => DeepEquals(other, 0);

    /// <inheritdoc/>
    public override string ToString() => TypeName;

    internal virtual Base DeepCopy(int depth)
    {
        RequireDepth(depth);
        Base copy = NewInstance();
        for (int i = 0; i < ClassSlots; i++)
        {
            switch (ReadSlot(i))
            {
                case Base value: copy.SetSlot(i, value.DeepCopy(depth + 1)); break;
                case IList { Count: > 0 } list: copy.SetSlot(i, CopyOf(list, depth)); break;
                case string text: copy.SetSlot(i, text); break;
            }
        }

        return copy;
    }

    internal virtual bool DeepEquals(Base? other, int depth)
    {
        RequireDepth(depth);
        if (ReferenceEquals(this, other)) return true;
        if (other is null || other.GetType() != GetType()) return false;
        if (_slots is null && other._slots is null) return true;
        for (int i = 0; i < ClassSlots; i++)
        {
            if (!SameSlot(ReadSlot(i), other.ReadSlot(i), depth)) return false;
        }

        return true;
    }

    internal static void RequireDepth(int depth)
    {
        if (depth > MaxDepth) throw new InvalidOperationException($"Objects are nested deeper than {MaxDepth} levels, or one contains itself.");
    }

    private static IList CopyOf(IList list, int depth)
    {
        IList copy = (IList)Activator.CreateInstance(list.GetType())!;
        foreach (Base? item in list) copy.Add(item?.DeepCopy(depth + 1));
        return copy;
    }

    private static bool SameSlot(object? left, object? right, int depth)
    {
        if (left is IList { Count: 0 }) left = null;
        if (right is IList { Count: 0 }) right = null;
        switch (left)
        {
            case null: return right is null;
            case Base value: return value.DeepEquals(right as Base, depth + 1);
            case IList list:
                if (right is not IList others || others.Count != list.Count) return false;
                for (int i = 0; i < list.Count; i++)
                {
                    if (list[i] is Base item ? !item.DeepEquals(others[i] as Base, depth + 1) : others[i] is not null) return false;
                }

                return true;
            default: return left.Equals(right);
        }
    }
}

/// <summary>Copies that keep the type of what is copied.</summary>
public static class DeepCopies
{
    /// <summary>A copy that shares nothing with the original.</summary>
    public static T DeepCopy<T>(this T original)
        where T : Base
    {
        ArgumentNullException.ThrowIfNull(original);
        return (T)original.DeepCopy(0);
    }
}

/// <summary>A value of an element that allows several types (<c>value[x]</c>); each such element has an interface of its own.</summary>
public interface IChoice
{
    /// <summary>The specification's name of the type that it has: <c>Quantity</c>, <c>string</c>.</summary>
    string TypeName { get; }

    /// <summary>Unique id for inter-element referencing.</summary>
    string? Id { get; set; }

    /// <summary>Extensions of the value.</summary>
    List<Extension> Extension { get; set; }
}

public abstract partial class Element
{
    internal override bool IsPlainText(int slot) => slot == 0;
}
