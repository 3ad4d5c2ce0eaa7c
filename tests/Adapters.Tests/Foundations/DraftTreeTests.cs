using System.Text.Json;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Tests.Foundations;

/// <summary>The tree that adapters build.</summary>
public sealed class DraftTreeTests
{
    [Theory]
    [InlineData("""{"a":"x","b":[1,2.50,true,null,{"c":[]}],"d":{}}""")]
    [InlineData("""{"n":123456789012345678901234567890.0100,"e":1E-3,"s":"汉\"\\\n"}""")]
    [InlineData("[]")]
    public void What_is_read_is_written_as_it_was(string json) => Assert.Equal(json, DraftNode.Parse(json)!.ToJsonString());

    [Theory]
    [InlineData("{")]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("{} {}")]
    [InlineData("")]
    public void What_is_no_JSON_or_has_a_property_twice_is_refused(string json) => Assert.ThrowsAny<JsonException>(() => DraftNode.Parse(json));

    [Fact]
    public void A_node_that_stands_somewhere_is_copied_into_a_second_place()
    {
        DraftObject period = new DraftObject().Set("start", "2024");
        DraftObject first = new DraftObject().Set("period", period);
        DraftObject second = new DraftObject().Set("period", period);
        first["period"]!["start"] = "2025";
        Assert.Equal("2024", (string?)second["period"]!["start"]);
    }

    [Fact]
    public void A_node_that_was_taken_out_is_moved_and_not_copied()
    {
        var period = new DraftObject();
        DraftObject first = new() { ["period"] = period };
        first.Remove("period");
        DraftObject second = new() { ["period"] = period };
        Assert.Same(period, second["period"]);
        Assert.Equal(0, first.Count);
    }

    [Fact]
    public void A_shared_part_is_written_where_it_stands_and_who_asks_for_it_gets_a_copy_of_its_own()
    {
        DraftObject coding = DraftNode.Shared(new DraftObject().Set("system", "http://s").Set("code", "x"));
        DraftObject first = new DraftObject().Append("coding", coding);
        DraftObject second = new DraftObject().Append("coding", coding);
        var third = (DraftObject)first.DeepClone();
        Assert.True(DraftNode.DeepEquals(first, second));

        first["coding"]![0]!["code"] = "y";

        Assert.Equal("""{"coding":[{"system":"http://s","code":"y"}]}""", first.ToJsonString());
        Assert.All([second, third], one => Assert.Equal("""{"coding":[{"system":"http://s","code":"x"}]}""", one.ToJsonString()));
        Assert.Same(first["coding"]![0], first["coding"]![0]);
        Assert.Same(second.Single().Value, second["coding"]);
    }

    [Fact]
    public void A_shared_part_itself_refuses_to_be_changed()
    {
        DraftObject coding = DraftNode.Shared(new DraftObject().Set("code", "x"));
        DraftArray array = DraftNode.Shared(new DraftArray());
        Assert.Throws<InvalidOperationException>(() => coding["code"] = "y");
        Assert.Throws<InvalidOperationException>(() => coding["system"] = "y");
        Assert.Throws<InvalidOperationException>(() => coding.Remove("code"));
        Assert.Throws<InvalidOperationException>(() => array.Add("y"));
        Assert.Equal("""{"code":"x"}""", coding.ToJsonString());
    }

    [Fact]
    public void A_text_that_was_set_is_one_node_however_often_it_is_asked_for()
    {
        DraftObject name = new DraftObject().Set("family", "Meier").Append("given", "Anna").Append("given", "Lena");
        DraftNode family = name["family"]!;
        Assert.Same(family, name["family"]);
        Assert.Same(family, name.Single(property => property.Key == "family").Value);
        Assert.Same(name["given"]![1], name["given"]!.AsArray()[1]);
        Assert.Equal("""{"family":"Meier","given":["Anna","Lena"]}""", name.ToJsonString());
    }

    [Fact]
    public void A_text_says_the_same_however_it_was_set()
    {
        DraftObject set = new DraftObject().Set("code", "x").Append("given", "Anna");
        DraftNode read = DraftNode.Parse("""{"given":["Anna"],"code":"x"}""")!;
        Assert.True(DraftNode.DeepEquals(set, read));
        Assert.True(DraftNode.DeepEquals(read, set.DeepClone()));
        Assert.True(set["given"]!.AsArray().Has("Anna"));
        Assert.False(set["given"]!.AsArray().Has("anna"));
        Assert.False(DraftNode.DeepEquals(new DraftObject().Set("code", "1"), DraftNode.Parse("""{"code":1}""")));
        Assert.False(DraftNode.DeepEquals(new DraftObject().Set("code", "x"), DraftNode.Parse("""{"code":["x"]}""")));
    }

    [Fact]
    public void Properties_keep_their_order_and_may_be_replaced_and_removed()
    {
        var json = new DraftObject();
        for (int i = 0; i < 20; i++) json[$"p{i}"] = i;
        json["p3"] = "three";
        Assert.True(json.Remove("p0"));
        Assert.False(json.Remove("p0"));
        Assert.Equal(19, json.Count);
        Assert.Equal(["p1", "p2", "p3"], json.Take(3).Select(property => property.Key));
        Assert.Equal("three", (string?)json["p3"]);
        Assert.Equal(19, (int)json["p19"]!);
        Assert.Throws<ArgumentException>(() => json.Add("p3", 1));
    }

    [Fact]
    public void Two_say_the_same_in_any_order_of_properties_but_not_of_items_and_by_the_digits_of_numbers()
    {
        Assert.True(DraftNode.DeepEquals(DraftNode.Parse("""{"a":1,"b":{"c":[1,"x"]}}"""), DraftNode.Parse("""{"b":{"c":[1,"x"]},"a":1}""")));
        Assert.False(DraftNode.DeepEquals(DraftNode.Parse("[1,2]"), DraftNode.Parse("[2,1]")));
        Assert.False(DraftNode.DeepEquals(DraftNode.Parse("5.1"), DraftNode.Parse("5.10")));
        Assert.False(DraftNode.DeepEquals(DraftNode.Parse("\"1\""), DraftNode.Parse("1")));
        Assert.False(DraftNode.DeepEquals(DraftNode.Parse("{}"), null));
    }

    [Fact]
    public void A_value_of_another_kind_says_so()
    {
        Assert.Equal(5.10m, (decimal)DraftNode.Parse("5.10")!);
        Assert.Equal("5.10", DraftNode.Parse("5.10")!.ToString());
        Assert.Throws<InvalidOperationException>(() => DraftNode.Parse("5.10")!.GetValue<int>());
        Assert.Throws<InvalidOperationException>(() => (string?)DraftNode.Parse("{}"));
        Assert.Throws<InvalidOperationException>(() => DraftNode.Parse("[]")!["a"]);
    }

    [Fact]
    public void Items_are_found_by_what_they_say_and_taken_out_by_what_they_are()
    {
        DraftObject one = new DraftObject().Set("code", "1");
        var array = new DraftArray(one, "two");
        Assert.True(array.Has(new DraftObject().Set("code", "1")));
        Assert.False(array.Remove(new DraftObject().Set("code", "1")));
        Assert.True(array.Remove(one));
        Assert.Single(array);
        Assert.Throws<ArgumentOutOfRangeException>(() => array[1]);
    }
}
