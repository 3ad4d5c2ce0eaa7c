using System.Collections;

namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>The repetitions of a field, or the components of a repetition, that hold data. A <c>foreach</c> over it allocates nothing.</summary>
internal readonly struct Er7Parts : IEnumerable<Er7Value>
{
    private readonly Er7Value _whole;
    private readonly bool _components;

    internal Er7Parts(Er7Value whole, bool components)
    {
        _whole = whole;
        _components = components;
    }

    /// <summary>Walks the parts.</summary>
    /// <exception cref="Er7FormatException">There are more than <see cref="Er7Limits"/> allows.</exception>
    public Enumerator GetEnumerator() => new(_whole, _components);

    IEnumerator<Er7Value> IEnumerable<Er7Value>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Walks the parts that hold data.</summary>
    internal struct Enumerator : IEnumerator<Er7Value>
    {
        private readonly Er7Value _whole;
        private readonly bool _components;
        private readonly byte _separator;
        private int _at;
        private int _number;
        private Er7Value _current;

        internal Enumerator(Er7Value whole, bool components)
        {
            _whole = whole;
            _components = components;
            if (whole.Segment is null) return; // no parts: default(Er7Parts)
            _separator = components ? whole.Delimiters.Component : whole.Delimiters.Repetition;
        }

        /// <inheritdoc/>
        public readonly Er7Value Current => _current;

        readonly object IEnumerator.Current => _current;

        /// <inheritdoc/>
        public bool MoveNext()
        {
            if (_whole.Segment is null) return false;
            ReadOnlySpan<byte> bytes = _whole.Bytes;
            while (_at <= bytes.Length)
            {
                int length = _separator == 0 ? -1 : bytes[_at..].IndexOf(_separator);
                int start = _at;
                if (length < 0) length = bytes.Length - _at;
                _at += length + 1;
                _number++;
                int most = _components ? Er7Limits.MostComponents : Er7Limits.MostRepetitions;
                if (_number > most)
                {
                    throw new Er7FormatException("too-long", $"there are more than {most} {(_components ? "components" : "repetitions")}.", _whole.Place, _whole.Segment.Line);
                }

                _current = _whole.Slice(_components, _number, start, length);
                if (_current.HasData) return true;
            }

            return false;
        }

        /// <inheritdoc/>
        public void Reset() => (_at, _number) = (0, 0);

        /// <inheritdoc/>
        public readonly void Dispose()
        {
        }
    }
}
