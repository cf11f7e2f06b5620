// A SCIM service provider of scimmy-routers on express, with resources in memory: scimmy.mjs PORT
import { randomUUID } from "node:crypto";
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

function declare(Type, uniqueName) {
    const held = new Map();
    const named = (name) => [...held.values()].find((one) => one[uniqueName]?.toLowerCase() === name?.toLowerCase());
    SCIMMY.Resources.declare(Type, {
        ingress: (resource, instance) => {
            const id = resource.id ?? randomUUID();
            if (resource.id && !held.has(id)) throw new SCIMMY.Types.Error(404, null, `Resource ${id} not found`);
            const other = named(instance[uniqueName]);
            if (other && other.id !== id) throw new SCIMMY.Types.Error(409, "uniqueness", `${uniqueName} is taken`);
            const now = new Date().toISOString();
            const meta = { created: held.get(id)?.meta.created ?? now, lastModified: now };
            // Values only: the library's own objects share what they hold.
            held.set(id, { ...JSON.parse(JSON.stringify(instance)), id, meta });
            return structuredClone(held.get(id));
        },
        egress: (resource) => {
            if (!resource.id) {
                const all = structuredClone([...held.values()]);
                return resource.filter ? resource.filter.match(all) : all;
            }
            if (!held.has(resource.id)) throw new SCIMMY.Types.Error(404, null, `Resource ${resource.id} not found`);
            return structuredClone(held.get(resource.id));
        },
        degress: (resource) => {
            if (!held.delete(resource.id)) throw new SCIMMY.Types.Error(404, null, `Resource ${resource.id} not found`);
        },
    });
}

declare(SCIMMY.Resources.User, "userName");
declare(SCIMMY.Resources.Group, "displayName");

const app = express();
app.use("/", new SCIMMYRouters({
    type: "bearer",
    handler: (request) => {
        if (request.header("authorization") !== `Bearer ${process.env.SYNC_TOKEN}`) throw new Error("not the right token");
        return "sync";
    },
}));
app.listen(Number(process.argv[2]), "127.0.0.1", () => console.log("ready"));
