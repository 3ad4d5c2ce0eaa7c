using Consortium.Testing;

namespace Consortium.AnchorService.Tests;

/// <summary>The tests that make blocks on one chain, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ChainCollection : ICollectionFixture<AnvilFixture>
{
    public const string Name = "chain";
}
