using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Consortium.Adapters.Elements;

/// <summary>A resource or an element with parts: its properties in the order in which they were set.</summary>
[JsonConverter(typeof(DraftObjectConverter))]
public sealed class DraftObject : DraftNode, IEnumerable<KeyValuePair<string, DraftNode?>>
{
    private KeyValuePair<string, DraftNode?>[] _properties = [];

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
        Released(_properties[at].Value);
        Array.Copy(_properties, at + 1, _properties, at, Count - at - 1);
        _properties[--Count] = default;
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
            writer.WritePropertyName(_properties[i].Key);
            if (_properties[i].Value is { } value) value.WriteTo(writer);
            else writer.WriteNullValue();
        }

        writer.WriteEndObject();
    }

    /// <inheritdoc/>
    public override DraftNode DeepClone()
    {
        var copy = new DraftObject { _properties = new KeyValuePair<string, DraftNode?>[Count] };
        for (int i = 0; i < Count; i++) copy.Append(_properties[i].Key, _properties[i].Value?.DeepClone());
        return copy;
    }

    /// <summary>A property; null where it is not there.</summary>
    internal DraftNode? Find(string name)
    {
        int at = IndexOf(name);
        return at < 0 ? null : _properties[at].Value;
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

        if (value is not null && ReferenceEquals(_properties[at].Value, value)) return;
        Released(_properties[at].Value);
        _properties[at] = new(name, Placed(value));
    }

    private void Append(string name, DraftNode? value)
    {
        if (Count == _properties.Length) Array.Resize(ref _properties, Count == 0 ? 4 : Count * 2);
        _properties[Count++] = new(name, Placed(value));
    }

    private protected override bool SaysSameAs(DraftNode other)
    {
        if (other is not DraftObject json || json.Count != Count) return false;
        for (int i = 0; i < Count; i++)
        {
            // Mostly both have their properties in the same order.
            int at = string.Equals(json._properties[i].Key, _properties[i].Key, StringComparison.Ordinal) ? i : json.IndexOf(_properties[i].Key);
            if (at < 0 || !DeepEquals(_properties[i].Value, json._properties[at].Value)) return false;
        }

        return true;
    }

    private int IndexOf(string name)
    {
        for (int i = 0; i < Count; i++)
        {
            if (string.Equals(_properties[i].Key, name, StringComparison.Ordinal)) return i;
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
        public readonly KeyValuePair<string, DraftNode?> Current => _json._properties[_at];

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
}
