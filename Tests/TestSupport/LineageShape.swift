/// What the tests demand of an OpenLineage run event: the members that the specification (2-0-2) requires, in the forms
/// that it gives them, and no member at the top that it does not know.
public enum LineageShape {
    public static let event = #"""
        {
          "type": "object",
          "required": ["eventType", "eventTime", "run", "job", "inputs", "outputs", "producer", "schemaURL"],
          "additionalProperties": false,
          "properties": {
            "eventType": {"enum": ["START", "COMPLETE", "FAIL"]},
            "eventTime": {"$ref": "time"},
            "producer": {"$ref": "uri"},
            "schemaURL": {"type": "string", "pattern": "^https://openlineage\\.io/spec/[0-9-]+/OpenLineage\\.json#/\\$defs/RunEvent$"},
            "run": {
              "type": "object", "required": ["runId"], "additionalProperties": false,
              "properties": {
                "runId": {"$ref": "uuid"},
                "facets": {
                  "type": "object", "additionalProperties": false,
                  "properties": {"parent": {"$ref": "parent"}, "nominalTime": {"$ref": "nominalTime"}, "errorMessage": {"$ref": "errorMessage"}}
                }
              }
            },
            "job": {"$ref": "job"},
            "inputs": {"type": "array", "items": {"$ref": "dataset"}},
            "outputs": {"type": "array", "items": {"$ref": "dataset"}}
          },
          "$defs": {
            "uuid": {"type": "string", "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"},
            "time": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$"},
            "uri": {"type": "string", "pattern": "^[a-z][a-z0-9+.-]*:[^ ]+$"},
            "facetSchema": {"type": "string", "pattern": "^https://openlineage\\.io/spec/facets/[0-9-]+/[A-Za-z]+\\.json#/\\$defs/[A-Za-z]+$"},
            "job": {
              "type": "object", "required": ["namespace", "name"],
              "properties": {"namespace": {"type": "string", "pattern": "."}, "name": {"type": "string", "pattern": "."}}
            },
            "parent": {
              "type": "object", "required": ["_producer", "_schemaURL", "run", "job"],
              "properties": {
                "_producer": {"$ref": "uri"}, "_schemaURL": {"$ref": "facetSchema"}, "job": {"$ref": "job"},
                "run": {"type": "object", "required": ["runId"], "properties": {"runId": {"$ref": "uuid"}}}
              }
            },
            "nominalTime": {
              "type": "object", "required": ["_producer", "_schemaURL", "nominalStartTime"],
              "properties": {
                "_producer": {"$ref": "uri"}, "_schemaURL": {"$ref": "facetSchema"},
                "nominalStartTime": {"$ref": "time"}, "nominalEndTime": {"$ref": "time"}
              }
            },
            "errorMessage": {
              "type": "object", "required": ["_producer", "_schemaURL", "message", "programmingLanguage"],
              "properties": {
                "_producer": {"$ref": "uri"}, "_schemaURL": {"$ref": "facetSchema"},
                "message": {"type": "string", "pattern": "."}, "programmingLanguage": {"type": "string", "pattern": "."}
              }
            },
            "dataset": {
              "type": "object", "required": ["namespace", "name"], "additionalProperties": false,
              "properties": {
                "namespace": {"type": "string", "pattern": "."}, "name": {"type": "string", "pattern": "^/"},
                "facets": {"type": "object", "additionalProperties": false, "properties": {"schema": {"$ref": "schema"}}},
                "outputFacets": {
                  "type": "object", "additionalProperties": false,
                  "properties": {"outputStatistics": {"$ref": "statistics"}}
                }
              }
            },
            "schema": {
              "type": "object", "required": ["_producer", "_schemaURL", "fields"],
              "properties": {
                "_producer": {"$ref": "uri"}, "_schemaURL": {"$ref": "facetSchema"},
                "fields": {
                  "type": "array",
                  "items": {
                    "type": "object", "required": ["name"],
                    "properties": {"name": {"type": "string", "pattern": "."}, "type": {"type": "string"}, "description": {"type": "string"}}
                  }
                }
              }
            },
            "statistics": {
              "type": "object", "required": ["_producer", "_schemaURL", "rowCount"],
              "properties": {
                "_producer": {"$ref": "uri"}, "_schemaURL": {"$ref": "facetSchema"},
                "rowCount": {"type": "integer"}, "size": {"type": "integer"}
              }
            }
          }
        }
        """#
}
