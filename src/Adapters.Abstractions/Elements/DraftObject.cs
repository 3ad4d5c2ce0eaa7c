using System.Collections;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Consortium.Fhir;

namespace Consortium.Adapters.Elements;

/// <summary>A resource or an element with parts: its properties in the order in which they were set.</summary>
[JsonConverter(typeof(DraftObjectConverter))]
public sealed class DraftObject : DraftNode, IEnumerable<KeyValuePair<string, DraftNode?>>
{
    /// <summary>Properties that stand in the object itself: most elements have no more, and need no array beside them.</summary>
    private const int Few = 3;

    private Inline _few;
    private Property[]? _more;

    /// <summary>An object without properties.</summary>
    public DraftObject()
    {
    }

    /// <summary>An object without properties, with room for some.</summary>
    internal DraftObject(int room)
    {
        if (room > Few) _more = new Property[room - Few];
    }

    /// <summary>How many properties it has.</summary>
    public int Count => Size;

    /// <summary>Adds a property that is not there yet.</summary>
    /// <exception cref="ArgumentException">It is there.</exception>
    public void Add(string name, DraftNode? value)
    {
        if (IndexOf(name) >= 0) throw new ArgumentException("The property is there already.", nameof(name));
        Append(name, Placed(value));
    }

    /// <summary>Whether a property is there.</summary>
    public bool ContainsKey(string name) => IndexOf(name) >= 0;

    /// <summary>Takes a property out; false where it is not there.</summary>
    public bool Remove(string name)
    {
        int at = IndexOf(name);
        if (at < 0) return false;
        MayChange();
        Released(At(at).Value as DraftNode);
        Size--;
        for (int i = at; i < Count; i++) At(i) = At(i + 1);
        At(Count) = default;
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
            ref readonly Property property = ref At(i);
            if (property.Value is string text)
            {
                writer.WriteString(property.Name, text);
                continue;
            }

            writer.WritePropertyName(property.Name);
            if (property.Value is null) writer.WriteNullValue();
            else Unsafe.As<DraftNode>(property.Value).WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    internal override void WriteTo(FhirDocumentWriter writer)
    {
        writer.StartObject();
        for (int i = 0; i < Count; i++)
        {
            ref readonly Property property = ref At(i);
            if (property.Value is string text)
            {
                writer.Property(property.Name, text);
                continue;
            }

            writer.Name(property.Name);
            if (property.Value is null) writer.Null();
            else Unsafe.As<DraftNode>(property.Value).WriteTo(writer);
        }

        writer.End();
    }

    /// <inheritdoc/>
    public override DraftNode DeepClone()
    {
        var copy = new DraftObject();
        for (int i = 0; i < Count; i++)
        {
            ref readonly Property property = ref At(i);
            copy.Append(property.Name, Copied(property.Value));
        }

        return copy;
    }

    /// <summary>A property; null where it is not there.</summary>
    internal DraftNode? Find(string name)
    {
        int at = IndexOf(name);
        return at < 0 ? null : Node(ref At(at).Value);
    }

    /// <summary>A part to be read and not to be kept or changed: also one that is shared, as it is. Null where there is none, or a text stands there as such.</summary>
    internal DraftNode? Peek(string name)
    {
        int at = IndexOf(name);
        return at < 0 ? null : At(at).Value as DraftNode;
    }

    /// <summary>The name of a property, from 0.</summary>
    internal string NameAt(int index) => At(index).Name;

    /// <summary>The text of a property; null where it is not there.</summary>
    /// <exception cref="InvalidOperationException">It is no text.</exception>
    internal string? Text(string name)
    {
        int at = IndexOf(name);
        return at < 0 ? null : At(at).Value is string text ? text : (string?)(DraftNode?)At(at).Value;
    }

    /// <summary>Sets a property.</summary>
    internal void Put(string name, DraftNode? value)
    {
        ArgumentNullException.ThrowIfNull(name);
        int at = IndexOf(name);
        if (at < 0)
        {
            Append(name, Placed(value));
            return;
        }

        ref Property property = ref At(at);
        if (value is not null && ReferenceEquals(property.Value, value)) return;
        MayChange();
        Released(property.Value as DraftNode);
        property = new(name, Placed(value));
    }

    /// <summary>Sets a property that is not there, and gives null; where it is there, gives what stands in it.</summary>
    internal DraftNode? FindOrPut(string name, DraftNode value)
    {
        int at = IndexOf(name);
        if (at >= 0 && Node(ref At(at).Value) is { } existing) return existing;
        if (at < 0) Append(name, Placed(value));
        else Put(name, value);
        return null;
    }

    /// <summary>Sets a property to a text.</summary>
    internal void Put(string name, string text)
    {
        int at = IndexOf(name);
        if (at < 0)
        {
            Append(name, text);
            return;
        }

        ref Property property = ref At(at);
        MayChange();
        Released(property.Value as DraftNode);
        property = new(name, text);
    }

    /// <summary>Adds a text to an object that has no property of that name; nothing happens where it is null or blank.</summary>
    internal DraftObject With(string name, string? text)
    {
        if (!Blanks.IsBlank(text)) Append(name, text);
        return this;
    }

    /// <summary>Adds a text that is not blank to an object that has no property of that name.</summary>
    internal DraftObject WithText(string name, string text)
    {
        Append(name, text);
        return this;
    }

    /// <summary>Adds a node to an object that has no property of that name; nothing happens where it is null or an empty object.</summary>
    internal DraftObject With(string name, DraftNode? node)
    {
        if (node is not (null or DraftObject { Count: 0 })) Append(name, Placed(node));
        return this;
    }

    private void Append(string name, object? value)
    {
        MayChange();
        if (Count == Few + (_more?.Length ?? 0)) Array.Resize(ref _more, Count);
        At(Size++) = new(name, value);
    }

    private ref Property At(int at)
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
            ref readonly Property property = ref At(i);
            int at = string.Equals(json.At(i).Name, property.Name, StringComparison.Ordinal) ? i : json.IndexOf(property.Name);
            if (at < 0 || !SayTheSame(property.Value, json.At(at).Value)) return false;
        }

        return true;
    }

    private int IndexOf(string name)
    {
        int few = Math.Min(Count, Few);
        for (int i = 0; i < few; i++)
        {
            if (IsSame(_few[i].Name, name)) return i;
        }

        for (int i = Few; i < Count; i++)
        {
            if (IsSame(_more![i - Few].Name, name)) return i;
        }

        return -1;
    }

    // Names are few and mostly the same object wherever they are written; two that differ mostly do so in length or first letter.
    private static bool IsSame(string one, string other) => ReferenceEquals(one, other)
        || (one.Length == other.Length && one.Length > 0 && one[0] == other[0] && string.Equals(one, other));

    // A text stands as it is until somebody asks for it as a node: most texts are only written.
    private struct Property(string name, object? value)
    {
        public readonly string Name = name;
        public object? Value = value;
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
        public readonly KeyValuePair<string, DraftNode?> Current
        {
            get
            {
                ref Property property = ref _json.At(_at);
                return new(property.Name, Node(ref property.Value));
            }
        }

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
        private Property _first;
    }
}
