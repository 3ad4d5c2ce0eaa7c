using System.Collections;
using Consortium.Fhir.Json;

namespace Consortium.Fhir;

/// <summary>Elements of one parent, in document order. Going over them makes nothing on the heap.</summary>
public readonly struct FhirNodes : IEnumerable<FhirNode>
{
    private readonly FhirDocument? _document;
    private readonly ElementChildren _children;

    internal FhirNodes(FhirDocument document, ElementChildren children) => (_document, _children) = (document, children);

    /// <summary>Goes over the elements.</summary>
    public Enumerator GetEnumerator() => new(_document, _children);

    IEnumerator<FhirNode> IEnumerable<FhirNode>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>A place among the elements.</summary>
    public struct Enumerator : IEnumerator<FhirNode>
    {
        private readonly FhirDocument? _document;
        private readonly ElementChildren _from;
        private ElementChildren _children;

        internal Enumerator(FhirDocument? document, ElementChildren children)
        {
            _document = document;
            _from = children;
            _children = children;
        }

        /// <inheritdoc/>
        public readonly FhirNode Current => _document is null ? default : new FhirNode(_document, _children.Current);

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext() => _document is not null && _children.MoveNext();

        /// <inheritdoc/>
        public void Reset() => _children = _from;

        /// <inheritdoc/>
        public readonly void Dispose()
        {
        }
    }
}
