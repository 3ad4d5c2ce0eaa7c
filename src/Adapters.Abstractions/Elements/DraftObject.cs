using System.Collections;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Consortium.Adapters.Elements;

/// <summary>A resource or an element with parts: its properties in the order in which they were set.</summary>
[JsonConverter(typeof(DraftObjectConverter))]
public sealed class DraftObject : DraftNode, IEnumerable<KeyValuePair<string, DraftNode?>>
{
    /// <summary>Properties that stand in the object itself: most elements have no more, and need no array beside them.</summary>
    private const int Few = 4;

    private Inline _few;
    private KeyValuePair<string, DraftNode?>[]? _more;

    /// <summary>How many properties it has.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a property that is not there yet.</summary>
    /// <exception cref="ArgumentException">It is there.</exception>
    public void Add(string name, DraftNode? value)
    {
        if (IndexOf(name) >= 0) throw new ArgumentException("The property is there already.", nameof(name));
        Append(name, value);
    }

    /// <summary>Whether a property is there.</summary>
    public bool ContainsKey(string name) => IndexOf(name) >= 0;

    /// <summary>Takes a property out; false where it is not there.</summary>
    public bool Remove(string name)
    {
        int at = IndexOf(name);
        if (at < 0) return false;
        Released(Property(at).Value);
        Count--;
        for (int i = at; i < Count; i++) Property(i) = Property(i + 1);
        Property(Count) = default;
        return true;
    }

    /// <summary>The properties.</summary>
    public Enumerator GetEnumerator() => new(this);

    IEnumerator<KeyValuePair<string, DraftNode?>> IEnumerable<KeyValuePair<string, DraftNode?>>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        for (int i = 0; i < Count; i++)
        {
            ref readonly KeyValuePair<string, DraftNode?> property = ref Property(i);
            writer.WritePropertyName(property.Key);
            if (property.Value is { } value) value.WriteTo(writer);
            else writer.WriteNullValue();
        }

        writer.WriteEndObject();
    }

    /// <inheritdoc/>
    public override DraftNode DeepClone()
    {
        var copy = new DraftObject();
        foreach ((string name, DraftNode? value) in this) copy.Append(name, value?.DeepClone());
        return copy;
    }

    /// <summary>A property; null where it is not there.</summary>
    internal DraftNode? Find(string name)
    {
        int at = IndexOf(name);
        return at < 0 ? null : Property(at).Value;
    }

    /// <summary>Sets a property.</summary>
    internal void Put(string name, DraftNode? value)
    {
        ArgumentNullException.ThrowIfNull(name);
        int at = IndexOf(name);
        if (at < 0)
        {
            Append(name, value);
            return;
        }

        ref KeyValuePair<string, DraftNode?> property = ref Property(at);
        if (value is not null && ReferenceEquals(property.Value, value)) return;
        Released(property.Value);
        property = new(name, Placed(value));
    }

    private void Append(string name, DraftNode? value)
    {
        if (Count == Few + (_more?.Length ?? 0)) Array.Resize(ref _more, Count);
        Property(Count++) = new(name, Placed(value));
    }

    private ref KeyValuePair<string, DraftNode?> Property(int at)
    {
        if (at < Few) return ref _few[at];
        return ref _more![at - Few];
    }

    private protected override bool SaysSameAs(DraftNode other)
    {
        if (other is not DraftObject json || json.Count != Count) return false;
        for (int i = 0; i < Count; i++)
        {
            // Mostly both have their properties in the same order.
            (string name, DraftNode? value) = Property(i);
            int at = string.Equals(json.Property(i).Key, name, StringComparison.Ordinal) ? i : json.IndexOf(name);
            if (at < 0 || !DeepEquals(value, json.Property(at).Value)) return false;
        }

        return true;
    }

    private int IndexOf(string name)
    {
        for (int i = 0; i < Count; i++)
        {
            if (string.Equals(Property(i).Key, name, StringComparison.Ordinal)) return i;
        }

        return -1;
    }

    /// <summary>Goes through the properties.</summary>
    public struct Enumerator : IEnumerator<KeyValuePair<string, DraftNode?>>
    {
        private readonly DraftObject _json;
        private int _at;

        internal Enumerator(DraftObject json)
        {
            _json = json;
            _at = -1;
        }

        /// <inheritdoc/>
        public readonly KeyValuePair<string, DraftNode?> Current => _json.Property(_at);

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext() => ++_at < _json.Count;

        /// <inheritdoc/>
        public void Reset() => _at = -1;

        /// <inheritdoc/>
        public readonly void Dispose()
        {
        }
    }

    [InlineArray(Few)]
    private struct Inline
    {
        private KeyValuePair<string, DraftNode?> _first;
    }
}
