namespace Consortium.FhirFacade.Store;

/// <summary>Names a resource of the store: type and logical id. Ordered by type, then id, ordinally.</summary>
internal readonly record struct RecordKey(string Type, string Id) : IComparable<RecordKey>
{
    public int CompareTo(RecordKey other)
    {
        int byType = string.CompareOrdinal(Type, other.Type);
        return byType != 0 ? byType : string.CompareOrdinal(Id, other.Id);
    }

    public override string ToString() => $"{Type}/{Id}";
}
