import { base, forTests } from "../../static/eslint.config.js";

export default [...base, { files: ["**/*.{ts,tsx}"], ...forTests }];
