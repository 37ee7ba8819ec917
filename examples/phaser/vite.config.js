import { defineConfig } from "vite";
import assetforge from "vite-plugin-assetforge";

export default defineConfig({ plugins: [assetforge()], build: { chunkSizeWarningLimit: 2000 } });
